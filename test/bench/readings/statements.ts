import Sqlite from 'better-sqlite3';

/** One statement as it went to the database; BEGIN and COMMIT among them. */
interface Said {
  readonly sql: string;
  readonly values: readonly unknown[];
}

interface Statement {
  run(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown;
}
interface Connection {
  prepare(sql: string): Statement;
}

const CHANGES = /^\s*(INSERT|UPDATE|DELETE|BEGIN|COMMIT)/i;

/**
 * Writes down every change that goes over a connection, so that just these rows can be written once more in as many transactions.
 * Reads and savepoints are no rows and are left out.
 */
export class RecordedStatements {
  readonly said: Said[] = [];
  isOn = false;

  /** To be called before anything is prepared on the connection. */
  listenTo(connection: Connection): void {
    const prepare = connection.prepare.bind(connection);
    connection.prepare = (sql) => {
      const statement = prepare(sql);
      if (!CHANGES.test(sql)) return statement;
      for (const method of ['run', 'all'] as const) {
        const original = statement[method].bind(statement);
        statement[method] = (...values: unknown[]) => {
          if (this.isOn) this.said.push({ sql, values });
          return original(...values);
        };
      }
      return statement;
    };
  }

  get transactions(): number {
    return this.said.filter(({ sql }) => /^\s*COMMIT/i.test(sql)).length;
  }

  /** The changes of rows by the table they are in. */
  get rows(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { sql } of this.said) {
      const table = /^\s*(INSERT INTO|UPDATE|DELETE FROM) "?(\w+)/i.exec(sql);
      if (!table) continue;
      const key = `${(table[1] ?? '').split(' ')[0]?.toLowerCase()} ${table[2]}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  /** Writes the same rows with the driver alone. @returns milliseconds */
  replay(file: string): number {
    const bare = new Sqlite(file);
    bare.pragma('journal_mode = WAL');
    bare.pragma('synchronous = FULL');
    bare.pragma('foreign_keys = ON');
    const prepared = new Map<string, Sqlite.Statement>();
    const begun = performance.now();
    for (const { sql, values } of this.said) {
      const statement = prepared.get(sql) ?? bare.prepare(sql);
      prepared.set(sql, statement);
      if (statement.reader) statement.all(...values);
      else statement.run(...values);
    }
    const took = performance.now() - begun;
    bare.close();
    return took;
  }
}
