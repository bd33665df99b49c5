import { createRedisBackend, Queue, QueueEvents, Worker, type BackendFactory, type ConnectionOptions } from 'bullmq';
import type { IQueueBackend, Job, Processor, QueueOptions, WorkerOptions } from 'bullmq';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../../src/platform/clock/clock.ts';
import { sqliteBackend } from '../../../src/platform/queue/sqlite/sqlite-queue-backend.ts';
import { QueueFile } from '../../../src/platform/queue/sqlite/queue-file.ts';
import { bullOnRedis, bullOnSqlite, type Bull } from '../../../src/platform/queue/bull.ts';
import { RedisServer } from './redis-server.ts';

export type TestQueue = Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend>;
export type TestWorker = Worker<unknown, unknown, string, IQueueBackend>;
export type TestJob = Job<unknown, unknown>;

/** Where a queue is kept, in a form that fits into a child's argument list: `sqlite:<file>` or a Redis URL. */
export type Place = string;

/** One empty store for one test, and BullMQ on it. */
export interface Store {
  readonly place: Place;
  queue(name: string, options?: Partial<QueueOptions>): TestQueue;
  worker(name: string, process: Processor<unknown, unknown>, options?: Partial<WorkerOptions>): TestWorker;
  events(name: string): QueueEvents<unknown, IQueueBackend>;
  /** The store forgets everything: FLUSHALL, or a deleted file. */
  lose(): Promise<void>;
  /** Closes whatever was opened here, and removes the store. */
  end(): Promise<void>;
}

interface Closable {
  close(): Promise<unknown>;
}

const open = (
  place: Place,
  factory: BackendFactory,
  connection: ConnectionOptions,
  rest: { lose(): Promise<void>; end(): Promise<void> },
): Store => {
  const opened: Closable[] = [];
  const keep = <T extends Closable>(part: T): T => {
    opened.push(part);
    return part;
  };
  const quiet = (): void => undefined;
  return {
    place,
    queue: (name, options) => keep(new Queue(name, { connection, ...options }, factory)).on('error', quiet),
    worker: (name, process, options) =>
      keep(new Worker(name, process, { connection, ...options }, factory)).on('error', quiet),
    events: (name) => keep(new QueueEvents(name, { connection }, factory)).on('error', quiet),
    lose: () => rest.lose(),
    end: async () => {
      await Promise.allSettled(opened.reverse().map((part) => part.close()));
      await rest.end();
    },
  };
};

export const openSqlite = (): Promise<Store> => {
  const folder = mkdtempSync(join(tmpdir(), 'umpire-queue-'));
  const path = join(folder, 'queue.sqlite');
  const file = new QueueFile(path, new SystemClock());
  const factory: BackendFactory = (name, opts) => sqliteBackend(name, { ...opts, connection: file });
  return Promise.resolve(
    open(
      `sqlite:${path}`,
      factory,
      {},
      {
        lose: () => Promise.resolve(['', '-wal', '-shm'].forEach((part) => rmSync(path + part, { force: true }))),
        end: () => {
          file.close();
          rmSync(folder, { recursive: true, force: true });
          return Promise.resolve();
        },
      },
    ),
  );
};

export const openRedis = async (): Promise<Store> => {
  const server = await RedisServer.start();
  const connection = { url: server.url, maxRetriesPerRequest: null };
  return open(server.url, createRedisBackend, connection, { lose: () => server.flushAll(), end: () => server.stop() });
};

/** The port's own BullMQ on the same place. */
export const bullAt = (place: Place): Bull =>
  place.startsWith('sqlite:') ? bullOnSqlite(place.slice('sqlite:'.length), new SystemClock()) : bullOnRedis(place);
