import type { EntityTarget, FindOptionsWhere, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';
import type { Transaction } from './database.ts';

/** TypeORM compares the name of each value with all others of the statement, so that one statement for hundreds of rows takes far longer than many. */
const ROWS_AT_ONCE = 10;

/**
 * Inserts whole rows. TypeORM's own type for a row to insert is a deep partial, which no JSON column's type fits into;
 * here every column is given, and checked as the entity declares it.
 */
export const insertRows = async <T extends ObjectLiteral>(
  tx: Transaction,
  entity: EntityTarget<T>,
  ...rows: readonly T[]
): Promise<void> => {
  for (let first = 0; first < rows.length; first += ROWS_AT_ONCE) {
    const some = rows.slice(first, first + ROWS_AT_ONCE) as unknown as QueryDeepPartialEntity<T>[];
    // Every column is given: there is nothing to be read back.
    await tx.manager.createQueryBuilder().insert().into(entity).values(some).updateEntity(false).execute();
  }
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
