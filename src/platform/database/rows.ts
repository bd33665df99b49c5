import type { EntityTarget, FindOptionsWhere, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';
import type { Transaction } from './database.ts';

/**
 * Inserts whole rows. TypeORM's own type for a row to insert is a deep partial, which no JSON column's type fits into;
 * here every column is given, and checked as the entity declares it.
 */
export const insertRows = async <T extends ObjectLiteral>(
  tx: Transaction,
  entity: EntityTarget<T>,
  ...rows: readonly T[]
): Promise<void> => {
  if (rows.length > 0) await tx.manager.insert(entity, rows as unknown as QueryDeepPartialEntity<T>[]);
};

/** Changes some columns of the rows that match, under the same care for types. */
export const updateRow = async <T extends ObjectLiteral>(
  tx: Transaction,
  entity: EntityTarget<T>,
  where: FindOptionsWhere<T>,
  change: Partial<T>,
): Promise<void> => {
  await tx.manager.update(entity, where, change);
};
