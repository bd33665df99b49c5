import type Database from 'better-sqlite3';
import type { Sql } from './sql.ts';

/** As many writes as one transaction takes, so that one commit never holds the event loop for long. */
const WRITES_PER_COMMIT = 200;

/** An open file, and the statements prepared on it. */
export interface Connection {
  readonly database: Database.Database;
  readonly sql: Sql;
}

interface Write {
  readonly work: (sql: Sql) => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

type Outcome = { readonly done: true; readonly value: unknown } | { readonly done: false; readonly reason: unknown };

/**
 * Writes that are asked for in one turn of the event loop share one transaction, and so one fsync, which is nearly all a
 * small write costs. Each still stands or falls alone: it runs in its own savepoint. The transaction starts in a
 * `setImmediate`, so however fast writes follow each other, timers and sockets get their turn between them.
 */
export class GroupCommit {
  readonly #connection: () => Connection;
  #waiting: Write[] = [];

  /** @param connection asked for at every commit, since it may have been opened anew. */
  constructor(connection: () => Connection) {
    this.#connection = connection;
  }

  /** Runs `work` in a transaction. Out: its result, once that is on the disk; rejects with what it threw, its changes undone. */
  submit<T>(work: (sql: Sql) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#commitNext());
    });
  }

  /** Commits whatever is still waiting, now. */
  flush(): void {
    while (this.#waiting.length > 0) this.#commitNext();
  }

  #commitNext(): void {
    const writes = this.#waiting.splice(0, WRITES_PER_COMMIT);
    if (this.#waiting.length > 0) setImmediate(() => this.#commitNext());
    if (writes.length === 0) return;
    const outcomes = this.#commit(writes);
    writes.forEach((write, index) => settle(write, outcomes[index]));
  }

  #commit(writes: readonly Write[]): readonly Outcome[] {
    try {
      const { database, sql } = this.#connection();
      const each = database.transaction((write: Write) => write.work(sql));
      // IMMEDIATE takes the write lock before the first read, so what was read is still true when it is written upon.
      return database.transaction(() => writes.map((write) => attempt(() => each(write)))).immediate();
    } catch (reason) {
      return writes.map(() => ({ done: false, reason }));
    }
  }
}

const attempt = (work: () => unknown): Outcome => {
  try {
    return { done: true, value: work() };
  } catch (reason) {
    return { done: false, reason };
  }
};

const settle = (write: Write, outcome: Outcome | undefined): void => {
  if (outcome?.done === true) write.resolve(outcome.value as never);
  else write.reject(outcome?.reason);
};
