import type { Transaction } from './database.ts';

/** A value as both databases take it: JSON columns are handed over as text. */
export type Bound = string | number | null;

interface Prepared {
  run(...values: readonly Bound[]): { readonly changes: number };
}
interface Connection {
  prepare(sql: string): Prepared;
}

/** The statements of a connection that were prepared once, by their text. */
const prepared = new WeakMap<Connection, Map<string, Prepared>>();

const preparedOn = (connection: Connection, sql: string): Prepared => {
  const known = prepared.get(connection) ?? new Map<string, Prepared>();
  prepared.set(connection, known);
  const statement = known.get(sql) ?? connection.prepare(sql);
  known.set(sql, statement);
  return statement;
};

const numbered = (sql: string): string => {
  let count = 0;
  return sql.replace(/\?/g, () => `$${++count}`);
};

/**
 * Runs one statement for many rows within a unit of work. What TypeORM does around each query costs several times the query
 * itself on SQLite, which matters only where rows come by the hundred each second.
 * @param sql the same words for SQLite and PostgreSQL, with `?` for each value; a fixed text, never made of data
 * @param rows the values of each run
 */
export const eachRow = async (tx: Transaction, sql: string, rows: readonly (readonly Bound[])[]): Promise<void> => {
  const { connection, queryRunner } = tx.manager;
  if (connection.options.type === 'better-sqlite3') {
    const { databaseConnection } = connection.driver as unknown as { readonly databaseConnection: Connection };
    const statement = preparedOn(databaseConnection, sql);
    for (const row of rows) statement.run(...row);
    return;
  }
  const text = numbered(sql);
  for (const row of rows) await queryRunner?.query(text, [...row]);
};
