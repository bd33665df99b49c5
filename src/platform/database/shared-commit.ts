import { setImmediate as turn } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';

type Work<T> = (manager: EntityManager) => Promise<T>;

interface Waiting {
  readonly work: Work<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

/** As many as share one commit, so that the first of them is not kept waiting for ever. */
const AT_MOST = 100;
/** Nor is anybody else who wants the thread: after so long the commit takes nobody in any more. */
const AT_MOST_MS = 8;

/**
 * Lets one piece of work at a time have the connection, in the order of arrival. Those that have come while others were at it share
 * one transaction and so one fsync, which is nearly all that a small write costs; each stands or falls alone, in a savepoint of
 * its own, and none is told that it stands before the commit has.
 */
export class SharedCommit {
  private readonly source: DataSource;
  private waiting: Waiting[] = [];
  private isAtIt = false;

  constructor(source: DataSource) {
    this.source = source;
  }

  /** @returns what the work returned, once it is durable; rejects with what it threw, its rows undone, or with why it could not be committed */
  pass<T>(work: Work<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.waiting.push({ work, resolve: resolve, reject });
    if (!this.isAtIt) void this.work();
    return promise;
  }

  private async work(): Promise<void> {
    this.isAtIt = true;
    while (this.waiting.length > 0) {
      await this.commitOnce();
      // On SQLite nothing here waits for anything but the disk: work that never ends would keep the thread.
      if (this.waiting.length > 0) await turn();
    }
    this.isAtIt = false;
  }

  private async commitOnce(): Promise<void> {
    const done: { readonly one: Waiting; readonly value: unknown }[] = [];
    const begun = performance.now();
    const isRoom = (): boolean => done.length < AT_MOST && performance.now() - begun < AT_MOST_MS;
    let failed: { readonly one: Waiting; readonly reason: unknown } | null = null;
    try {
      await this.source.transaction(async (manager) => {
        for (let one = this.waiting.shift(); one; one = isRoom() ? this.waiting.shift() : undefined) {
          const outcome = await attempt(manager, one.work);
          if ('value' in outcome) done.push({ one, value: outcome.value });
          else failed = { one, reason: outcome.reason };
          // Some faults (disk full, I/O) make SQLite roll the whole transaction back, and a savepoint would begin another one
          // unseen (sqlite.org, "Response To Errors Within A Transaction"): after a failure nothing more joins this commit.
          if (failed) break;
        }
      });
      for (const { one, value } of done) one.resolve(value as never);
    } catch (reason) {
      for (const { one } of done) one.reject(reason);
    }
    await this.leaveTransaction();
    tellFailure(failed);
  }

  /**
   * Where SQLite has rolled back by itself, TypeORM's own ROLLBACK finds no transaction, and TypeORM goes on believing in one:
   * whatever followed would run in savepoints of a transaction that nobody commits, acknowledged and lost.
   */
  private async leaveTransaction(): Promise<void> {
    const runner = this.source.createQueryRunner();
    if (!runner.isTransactionActive) return;
    // Something for each ROLLBACK to find, as deep as commitOnce goes; what is open already is refused, or does no harm.
    for (const begin of ['BEGIN', 'SAVEPOINT typeorm_1']) await runner.query(begin).catch(() => undefined);
    while (runner.isTransactionActive) await runner.rollbackTransaction();
  }
}

const tellFailure = (failed: { readonly one: Waiting; readonly reason: unknown } | null): void =>
  failed?.one.reject(failed.reason);

const attempt = async (
  manager: EntityManager,
  work: Work<unknown>,
): Promise<{ readonly value: unknown } | { readonly reason: unknown }> => {
  try {
    // A transaction inside one is a savepoint.
    return { value: await manager.transaction(work) };
  } catch (reason) {
    return { reason };
  }
};
