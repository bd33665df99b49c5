import type Database from 'better-sqlite3';

export type Value = string | number | null;

/** Statements by their text, prepared once per connection. */
export class Sql {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement<Value[]>>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Runs a statement that changes rows. Out: how many it changed. */
  run(text: string, ...values: Value[]): number {
    return this.#prepared(text).run(...values).changes;
  }

  /** Inserts one row. Out: its rowid. */
  insert(text: string, ...values: Value[]): number {
    return Number(this.#prepared(text).run(...values).lastInsertRowid);
  }

  /** Out: the first row, whose shape the caller names, or undefined. */
  first<Row>(text: string, ...values: Value[]): Row | undefined {
    return this.#prepared(text).get(...values) as Row | undefined;
  }

  /** Out: every row. */
  all<Row>(text: string, ...values: Value[]): Row[] {
    return this.#prepared(text).all(...values) as Row[];
  }

  #prepared(text: string): Database.Statement<Value[]> {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const statement = this.#database.prepare<Value[]>(text);
    this.#statements.set(text, statement);
    return statement;
  }
}

/** One queue's rows at one instant, inside one transaction: what every operation on the queue is handed. */
export interface Ledger {
  readonly sql: Sql;
  readonly queue: string;
  /** Milliseconds since 1970; the same throughout the transaction. */
  readonly now: number;
}
