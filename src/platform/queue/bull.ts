import { createRedisBackend, Queue, Worker, type BackendFactory, type IQueueBackend, type Processor } from 'bullmq';
import type { ConnectionOptions, WorkerOptions } from 'bullmq';
import { Redis } from 'ioredis';
import type { Clock } from '../../core/time.ts';
import { sqliteBackend } from './sqlite/sqlite-queue-backend.ts';
import { QueueFile } from './sqlite/queue-file.ts';

/** All that a job of the queue carries. */
export interface Payload {
  readonly id: string;
  /** Made by a schedule, not by a wake. */
  readonly beat: boolean;
  /** When a delayed wake is due, in milliseconds since 1970; 0 for any other. */
  readonly dueAt: number;
}

export type BullQueue = Queue<Payload, void, string, Payload, void, string, IQueueBackend>;

/** A worker that can be let go of when its store does not answer: its renewal of locks alone would keep the process alive. */
export class BullWorker extends Worker<Payload, void, string, IQueueBackend> {
  abandon(): Promise<void> {
    return this.lockManager.close();
  }
}

/** BullMQ on one of its two stores. */
export interface Bull {
  queue(name: string): BullQueue;
  worker(name: string, processor: Processor<Payload, void>, options: Omit<WorkerOptions, 'connection'>): BullWorker;
  /** From now on a store that is away is not waited for. To be called before its queues and workers are closed. */
  giveUp(): void;
  /** Closes the store itself, after its queues and workers. */
  close(): void;
}

/** How long a command of a producer may take, and a connection attempt: whoever asks for a wake is answering somebody. */
const PRODUCER_MS = 2_000;

/** How long a producer's connection may owe an answer before it is made anew. */
const SILENCE_MS = 5_000;

/** The longest pause between two attempts to reach Redis again. */
const RECONNECT_MS = 2_000;

/** Events are only read by people who debug the queue: a short tail is enough. */
const EVENTS_KEPT = 1_000;

const NOTHING = (): void => undefined;

/**
 * The queue in Redis. Producers share one connection, so that all of them, and the ping, are reached or refused alike; they
 * fail at once while Redis is away. Workers wait until it is back.
 */
export const bullOnRedis = (url: string): Bull => {
  let givenUp = false;
  // Null ends a client's attempts; otherwise one left behind would go on for ever and keep the process alive.
  const retryStrategy = (attempt: number): number | null => (givenUp ? null : Math.min(attempt * 100, RECONNECT_MS));
  const both = { connectTimeout: PRODUCER_MS, retryStrategy };
  const prompt = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: PRODUCER_MS,
    socketTimeout: SILENCE_MS,
  };
  const producer = new Redis(url, { ...both, ...prompt });
  // Its trouble is told by each queue on it; before there is one, nobody wants to know.
  producer.on('error', NOTHING);
  // Null is what BullMQ demands of a connection that blocks (redis-connection.ts, checkBlockingOptions); it watches over that
  // one's silence itself, and ioredis's timer for it would hold up the end of the process.
  const worker = { ...both, url, maxRetriesPerRequest: null };
  const giveUp = (): void => void (givenUp = true);
  return { ...bull(createRedisBackend, { producer, worker }), giveUp, close: () => producer.disconnect() };
};

/** The queue in a SQLite file of its own. */
export const bullOnSqlite = (path: string, clock: Clock): Bull => {
  const file = new QueueFile(path, clock);
  const factory: BackendFactory = (name, opts) => sqliteBackend(name, { ...opts, connection: file });
  return { ...bull(factory, { producer: {}, worker: {} }), giveUp: NOTHING, close: () => file.close() };
};

const bull = (
  factory: BackendFactory,
  connections: Record<'producer' | 'worker', ConnectionOptions>,
): Pick<Bull, 'queue' | 'worker'> => ({
  queue: (name) =>
    new Queue(name, { connection: connections.producer, streams: { events: { maxLen: EVENTS_KEPT } } }, factory),
  worker: (name, processor, options) =>
    new BullWorker(name, processor, { ...options, connection: connections.worker }, factory),
});
