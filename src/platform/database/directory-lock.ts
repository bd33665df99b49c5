import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/** Another process works on this data directory. */
export class DirectoryInUse extends Error {
  constructor(directory: string) {
    super(`another process of this service already works on the data directory ${directory}: stop it first`);
  }
}

/** Held as long as the process lives, or until it is released. */
export interface DirectoryLock {
  release(): void;
}

/** A connection that nobody refers to is closed by the garbage collector, and its lock goes with it. */
const held = new Set<Sqlite.Database>();

/**
 * Makes sure that one process alone works on a data directory: the queue of writers is within the process, and two would
 * each think that they are the only one. The lock is SQLite's own on a file of its own: the kernel takes it from a
 * process that ends, however it ends, so none is ever left behind.
 * @throws DirectoryInUse
 */
export const lockDirectory = (directory: string): DirectoryLock => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = new Sqlite(join(directory, 'lock.sqlite'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (thrown) {
    lock.close();
    const isBusy = thrown instanceof Sqlite.SqliteError && thrown.code.startsWith('SQLITE_BUSY');
    throw isBusy ? new DirectoryInUse(directory) : thrown;
  }
  held.add(lock);
  return {
    release: () => {
      held.delete(lock);
      lock.close();
    },
  };
};
