import type { TableColumnOptions, TableForeignKeyOptions } from 'typeorm';

/*
 * The words that migrations are written in; they stand for the column kinds of `src/platform/database/columns.ts` as they
 * were when a migration was written, so a kind that changes gets a new word here and leaves the old one as it is.
 */

const column =
  (type: string, length?: string) =>
  (name: string): TableColumnOptions => ({ name, type, ...(length ? { length } : {}) });

export const id = column('varchar', '36');
export const word = column('varchar', '255');
export const text = column('text');
export const number = column('bigint');
export const flag = column('boolean');

export const key = (of: TableColumnOptions): TableColumnOptions => ({ ...of, isPrimary: true });
export const optional = (of: TableColumnOptions): TableColumnOptions => ({ ...of, isNullable: true });

/** The row that the column names cannot go while this one stands. */
export const holds = (columnName: string, table: string): TableForeignKeyOptions => ({
  columnNames: [columnName],
  referencedTableName: table,
  referencedColumnNames: ['id'],
  onDelete: 'RESTRICT',
});

export const indexOn = (...columnNames: string[]) => ({ columnNames });
export const uniqueIndexOn = (...columnNames: string[]) => ({ columnNames, isUnique: true });
export const unique = (...columnNames: string[]) => ({ columnNames });
