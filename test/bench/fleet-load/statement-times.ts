import Sqlite from 'better-sqlite3';

interface Statement {
  run(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown;
  get(...values: unknown[]): unknown;
}
interface Prototype {
  prepare(sql: string): Statement;
}

/** How long the statements of this process have taken, by their text without the columns and values. */
export class StatementTimes {
  private readonly spent = new Map<string, { ms: number; count: number }>();

  /** Listens to every connection; to be called before the first is opened. */
  listen(): void {
    const prototype = Sqlite.prototype as unknown as Prototype;
    const prepare = Reflect.get<Prototype, 'prepare'>(prototype, 'prepare');
    const note = (sql: string, ms: number): void => this.note(sql, ms);
    prototype.prepare = function (sql) {
      const statement = prepare.call(this, sql);
      for (const method of ['run', 'all', 'get'] as const) {
        const original = statement[method].bind(statement);
        statement[method] = (...values: unknown[]) => {
          const begun = performance.now();
          try {
            return original(...values);
          } finally {
            note(sql, performance.now() - begun);
          }
        };
      }
      return statement;
    };
  }

  clear(): void {
    this.spent.clear();
  }

  /** Those that took longest together. */
  longest(count: number): readonly { readonly sql: string; readonly ms: number; readonly count: number }[] {
    return [...this.spent]
      .toSorted(([, a], [, b]) => b.ms - a.ms)
      .slice(0, count)
      .map(([sql, spent]) => ({ sql, ms: Math.round(spent.ms), count: spent.count }));
  }

  private note(sql: string, ms: number): void {
    const key = sql
      .replace(/^SELECT .*? FROM /s, 'SELECT … FROM ')
      .replace(/\?(, ?\?)+/g, '?…')
      .slice(0, 200);
    const known = this.spent.get(key) ?? { ms: 0, count: 0 };
    this.spent.set(key, { ms: known.ms + ms, count: known.count + 1 });
  }
}
