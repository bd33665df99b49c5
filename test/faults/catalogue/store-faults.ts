import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { command } from '../../lab/command.ts';
import { fault, lasting, type Fault, type Scene } from './fault.ts';

/** Longer than the service waits for the lock of its database (5 s, better-sqlite3's default). */
const LOCKED_MS = 8_000;

const queueOf = ({ redis }: Scene) => {
  if (!redis) throw new Error('this cell needs a service with a Redis');
  return redis;
};

/** SQLite's write lock in the hands of another process: a backup tool, somebody with a shell. */
const lockedDatabase = (): Fault => {
  let holder: InstanceType<typeof Sqlite> | null = null;
  return lasting({
    name: 'database-locked',
    forMs: LOCKED_MS,
    begin: ({ service }) => {
      holder = new Sqlite(join(service.process.dataDirectory, 'umpire.sqlite'), { timeout: 5_000 });
      holder.exec('BEGIN IMMEDIATE');
    },
    end: () => {
      holder?.close();
      holder = null;
    },
  });
};

const fillerIn = ({ service }: Scene): string => join(service.process.dataDirectory, 'filler');

/** What may happen to what the service stands on. */
export const STORE_FAULTS: readonly Fault[] = [
  lockedDatabase(),
  lasting({
    name: 'database-full',
    forMs: 3_000,
    // The data directory is a small file system of its own (data-directory.ts); dd ends when that is full.
    begin: (scene) => command(['dd', 'if=/dev/zero', `of=${fillerIn(scene)}`, 'bs=4k'], { allowFailure: true }),
    end: (scene) => rm(fillerIn(scene), { force: true }),
  }),
  lasting({
    name: 'redis-stopped',
    redis: true,
    forMs: 3_000,
    begin: (scene) => queueOf(scene).away(),
    end: (scene) => queueOf(scene).restart(),
  }),
  fault({
    name: 'redis-restarted',
    redis: true,
    strike: async (scene) => {
      await queueOf(scene).restart();
      scene.goOn();
    },
  }),
  fault({
    name: 'redis-flushed',
    redis: true,
    strike: async (scene) => {
      await queueOf(scene).flushAll();
      scene.goOn();
    },
  }),
];
