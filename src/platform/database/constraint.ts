import { QueryFailedError } from 'typeorm';

/** SQLite's extended result code, or PostgreSQL's SQLSTATE (class 23: integrity constraint violation). */
const codeOf = (thrown: unknown): string => {
  if (!(thrown instanceof QueryFailedError)) return '';
  const driverError = thrown.driverError as { code?: unknown };
  return typeof driverError.code === 'string' ? driverError.code : '';
};

/** True when a row could not go because others still point at it, or not come because what it points at is not there. */
export const isForeignKeyViolation = (thrown: unknown): boolean =>
  ['SQLITE_CONSTRAINT_FOREIGNKEY', '23503'].includes(codeOf(thrown));

/** True when a row could not come because another already has its unique value. */
export const isUniqueViolation = (thrown: unknown): boolean =>
  ['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', '23505'].includes(codeOf(thrown));
