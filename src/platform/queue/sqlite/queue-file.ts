import { statSync } from 'node:fs';
import type { Clock } from '../../../core/time.ts';
import { Bell } from './bell.ts';
import { GroupCommit, type Connection } from './group-commit.ts';
import { openConnection } from './schema.ts';
import { Sql, type Ledger } from './sql.ts';

/** How often those who wait look whether another process has written: one pragma and one stat each time. */
const LOOK_MS = 100;

interface FileConnection extends Connection {
  /** Which file it is. While this connection holds it, no other file can have its number. */
  readonly inode: number;
  /** The how manyth opening this is; a file laid anew may well get the number of the one that was deleted. */
  readonly opening: number;
}

/**
 * The queue's database file as one process sees it: one connection, one writer at a time, and a bell for those who wait.
 * Several processes may hold the same file. Should the file be deleted, it is laid anew at the next use: the jobs in it
 * are gone, as after Redis's FLUSHALL, and the journal in the main database calls them back.
 */
export class QueueFile {
  readonly path: string;
  readonly #clock: Clock;
  readonly #bell = new Bell();
  readonly #commits = new GroupCommit(() => this.#connected());
  #connection: FileConnection | null = null;
  #openings = 0;
  #looking: NodeJS.Timeout | null = null;
  #seenVersion: string | undefined;
  #closed = false;

  /** Opens nothing yet: a file that cannot be opened fails the operations, not the start. */
  constructor(path: string, clock: Clock) {
    this.path = path;
    this.#clock = clock;
  }

  /** Changes a queue's rows. Out: what `work` returned, once it is durable; rejects with what it threw. */
  async write<T>(queue: string, work: (ledger: Ledger) => T): Promise<T> {
    const outcome = await this.#commits.submit((sql) => work(this.#ledger(sql, queue)));
    this.#bell.ring(queue);
    return outcome;
  }

  /** Looks at a queue's rows now. Throws what SQLite throws. */
  read<T>(queue: string, look: (ledger: Ledger) => T): T {
    return look(this.#ledger(this.#connected().sql, queue));
  }

  /**
   * Calls `listener` whenever rows of `queue` may have changed: at once for a change by this process, within a tenth of a
   * second for one by another. Out: how to stop listening.
   */
  listen(queue: string, listener: () => void): () => void {
    const stop = this.#bell.listen(queue, listener);
    this.#startLooking();
    return () => {
      stop();
      if (!this.#bell.listened) this.#stopLooking();
    };
  }

  /** Commits what is waiting and closes the file; every later use throws. */
  close(): void {
    if (this.#closed) return;
    this.#commits.flush();
    this.#closed = true;
    this.#stopLooking();
    this.#connection?.database.close();
    this.#connection = null;
    this.#bell.ringAll();
  }

  #ledger(sql: Sql, queue: string): Ledger {
    return { sql, queue, now: this.#clock.now() };
  }

  #connected(): FileConnection {
    if (this.#closed) throw new Error('the queue is closed');
    if (this.#connection !== null && this.#connection.inode === inodeOf(this.path)) return this.#connection;
    // SQLite neither checkpoints nor deletes the log of a file that is no longer at its path (pager.c, databaseIsUnmoved).
    this.#connection?.database.close();
    this.#connection = null;
    const database = openConnection(this.path);
    this.#openings += 1;
    this.#connection = { database, sql: new Sql(database), inode: inodeOf(this.path), opening: this.#openings };
    return this.#connection;
  }

  #startLooking(): void {
    if (this.#looking !== null || this.#closed) return;
    this.#seenVersion = this.#versionOrNone();
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
  }

  #stopLooking(): void {
    if (this.#looking !== null) clearInterval(this.#looking);
    this.#looking = null;
  }

  #look(): void {
    const version = this.#versionOrNone();
    if (version === this.#seenVersion && version !== undefined) return;
    this.#seenVersion = version;
    this.#bell.ringAll();
  }

  /** Which opening, and SQLite's count of others' commits to it; undefined where it cannot be read: whoever waits finds out why. */
  #versionOrNone(): string | undefined {
    try {
      const { sql, opening } = this.#connected();
      return `${opening}:${sql.first<{ data_version: number }>('PRAGMA data_version')?.data_version}`;
    } catch {
      return undefined;
    }
  }
}

const inodeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
