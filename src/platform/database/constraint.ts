import { QueryFailedError } from 'typeorm';

/** SQLite's extended result code, or PostgreSQL's SQLSTATE (class 23: integrity constraint violation). */
const codeOf = (thrown: unknown): string => {
  if (!(thrown instanceof QueryFailedError)) return '';
  const driverError = thrown.driverError as { code?: unknown };
  return typeof driverError.code === 'string' ? driverError.code : '';
};

/**
 * A key with ON DELETE RESTRICT is refused by a trigger that SQLite makes for itself (`fkey.c`, fkActionTrigger), hence
 * its code; there are no other triggers here. PostgreSQL says 23001 from version 18 on.
 */
const FOREIGN_KEY = ['SQLITE_CONSTRAINT_FOREIGNKEY', 'SQLITE_CONSTRAINT_TRIGGER', '23503', '23001'];

/** True when a row could not go because others still point at it, or not come because what it points at is not there. */
export const isForeignKeyViolation = (thrown: unknown): boolean => FOREIGN_KEY.includes(codeOf(thrown));

/** True when a row could not come because another already has its unique value. */
export const isUniqueViolation = (thrown: unknown): boolean =>
  ['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505'].includes(codeOf(thrown));
