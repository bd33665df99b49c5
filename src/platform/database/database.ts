import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, EntityManager } from 'typeorm';
import { SharedCommit } from './shared-commit.ts';

/** A consistent place to read from. */
export interface Session {
  readonly manager: EntityManager;
}

/** A unit of work under way: all of it becomes durable together, or none of it. */
export interface Transaction extends Session {
  /** Runs once the unit of work is durable; not at all when it failed. */
  afterCommit(action: () => void): void;
}

/** What a database offers besides TypeORM's own words. */
export interface DataSources {
  readonly writer: DataSource;
  readonly reader: DataSource;
  /**
   * TypeORM keeps ONE connection on better-sqlite3: two transactions at once would share it, and one's rollback would
   * take the other's acknowledged rows along. So writes there pass one at a time. PostgreSQL gives each its own.
   */
  readonly oneWriter: boolean;
}

/** The service's database: reads at any time, writes in units of work. */
export class Database {
  private readonly pass: <T>(work: (manager: EntityManager) => Promise<T>) => Promise<T>;
  private readonly inside = new AsyncLocalStorage<true>();
  private readonly underWay = new Set<Promise<unknown>>();
  private readonly sources: DataSources;

  constructor(sources: DataSources) {
    this.sources = sources;
    const { writer, oneWriter } = sources;
    const shared = new SharedCommit(writer);
    this.pass = oneWriter ? (work) => shared.pass(work) : (work) => writer.transaction(work);
  }

  /** Whether other processes may write here too, so that what one of them remembers may be old. */
  get isShared(): boolean {
    return !this.sources.oneWriter;
  }

  /** Reads what is committed; never waits for a writer. */
  get read(): Session {
    return { manager: this.sources.reader.manager };
  }

  /**
   * Runs a unit of work: when the promise resolves, all its rows are durable (WAL with synchronous=FULL, or
   * PostgreSQL's synchronous_commit); when it rejects, none of them stands.
   * A unit of work holds rows only: whoever waits for a network inside one would stop every other writer.
   */
  async write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (this.inside.getStore())
      throw new Error('a unit of work cannot begin inside another one: hand the transaction on');
    const writing = this.transact(work);
    this.underWay.add(writing);
    try {
      return await writing;
    } finally {
      this.underWay.delete(writing);
    }
  }

  private async transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const afterCommit: (() => void)[] = [];
    const result = await this.pass((manager) =>
      this.inside.run(true, () => work({ manager, afterCommit: (action) => afterCommit.push(action) })),
    );
    for (const action of afterCommit) action();
    return result;
  }

  /** Answers when the database can be read and written. */
  async ping(): Promise<void> {
    await this.sources.reader.query('SELECT 1');
    await this.write(async (tx) => {
      await tx.manager.query('SELECT 1');
    });
  }

  /** Waits for the units of work under way, then gives the connections back. */
  async close(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled(this.underWay);
    if (this.sources.reader !== this.sources.writer) await this.sources.reader.destroy();
    await this.sources.writer.destroy();
  }
}
