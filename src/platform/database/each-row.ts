import type { EntityManager } from 'typeorm';
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

const isSqlite = ({ connection }: EntityManager): boolean => connection.options.type === 'better-sqlite3';

const statementOf = ({ connection }: EntityManager, sql: string): Prepared => {
  const { databaseConnection } = connection.driver as unknown as { readonly databaseConnection: Connection };
  return preparedOn(databaseConnection, sql);
};

/**
 * Runs one statement once within a unit of work, for the same reason as `eachRow`.
 * @returns how many rows it changed
 */
export const changeRows = async (tx: Transaction, sql: string, values: readonly Bound[]): Promise<number> => {
  if (isSqlite(tx.manager)) return statementOf(tx.manager, sql).run(...values).changes;
  const result = await tx.manager.queryRunner?.query(numbered(sql), [...values], true);
  return result?.affected ?? 0;
};

/**
 * Runs one statement for many rows within a unit of work. What TypeORM does around each query costs several times the query
 * itself on SQLite, which matters only where rows come by the hundred each second.
 * @param sql the same words for SQLite and PostgreSQL, with `?` for each value; a fixed text, never made of data
 * @param rows the values of each run
 */
export const eachRow = async (tx: Transaction, sql: string, rows: readonly (readonly Bound[])[]): Promise<void> => {
  if (isSqlite(tx.manager)) {
    const statement = statementOf(tx.manager, sql);
    for (const row of rows) statement.run(...row);
    return;
  }
  const text = numbered(sql);
  for (const row of rows) await tx.manager.queryRunner?.query(text, [...row]);
};
