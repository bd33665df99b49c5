import type {
  BackendFactory,
  IQueueBackend,
  JobJson,
  KeepJobs,
  MinimalJob,
  MoveToDelayedOpts,
  QueueBaseOptions,
  RetryJobOpts,
  RetryOptions,
  StreamReadRaw,
} from 'bullmq';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { addJob } from './add.ts';
import { claimNext, prospect, type Claim, type Claimed } from './claim.ts';
import { eventsAfter, lastEventId } from './events.ts';
import { announceIfDrained, finishJob, retention, type Ending } from './finish.ts';
import { extendLock, recoverStalled } from './locks.ts';
import type { RateLimit } from './meta.ts';
import { QueueChanges } from './queue-changes.ts';
import type { QueueFile } from './queue-file.ts';
import { UnsupportedQueueFeature } from './refusals.ts';
import { delayActive, retryActive, retryFinished, returnActive } from './return-to-line.ts';
import type { Ledger } from './sql.ts';
import { failSlowly, Waiting, type Look } from './waiting.ts';

/** What BullMQ's worker puts into its options beside those of every queue. */
interface WorkerSettings {
  readonly name?: string;
  readonly lockDuration?: number;
  readonly limiter?: RateLimit;
  readonly maxStalledCount?: number;
  readonly removeOnComplete?: KeepJobs;
  readonly removeOnFail?: KeepJobs;
  readonly metrics?: object;
}

/** BullMQ's default for a lock that a `Queue`, which has no such option, takes by hand (`getNextJob`). */
const LOCK_MS = 30_000;

/**
 * BullMQ's queue in a SQLite file: `new Queue(name, { connection: file }, sqliteBackend)`, and `Worker` and `QueueEvents`
 * alike. The method names and what they answer are those of BullMQ's `IQueueBackend`; each is one transaction.
 * The file is its owner's to close, after the queues and workers.
 */
export class SqliteQueueBackend extends QueueChanges implements IQueueBackend {
  readonly minimumBlockTimeout = 0.001;
  readonly maximumBlockTimeout = 10;
  readonly keys = {};
  closing: Promise<void> | undefined;
  readonly #settings: WorkerSettings;
  readonly #waiting = new Waiting();

  constructor(file: QueueFile, queue: string, settings: WorkerSettings) {
    super(file, queue);
    if (settings.metrics !== undefined) throw new UnsupportedQueueFeature('metrics per minute (`metrics` of a worker)');
    this.#settings = settings;
  }

  // The connection, which is the file's: nothing to wait for, nothing to lose.

  waitUntilReady(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#waiting.interrupt();
    this.closing ??= Promise.resolve();
    return this.closing;
  }

  disconnect(): Promise<void> {
    this.#waiting.interrupt();
    return Promise.resolve();
  }

  disconnectBlocking(): Promise<void> {
    return this.disconnect();
  }

  reconnectBlocking(): Promise<void> {
    if (this.closing === undefined) this.#waiting.allow();
    return Promise.resolve();
  }

  setName(): Promise<void> {
    return Promise.resolve();
  }

  getClientList(): Promise<string[]> {
    return Promise.resolve([]);
  }

  forQueue(queue: string): SqliteQueueBackend {
    return new SqliteQueueBackend(this.file, queue, this.#settings);
  }

  toKey(type: string): string {
    return `${this.qualifiedName}:${type}`;
  }

  parseNodeKey(key: string): { prefix: string; queueName: string; id: string } {
    const colon = key.lastIndexOf(':');
    return { prefix: '', queueName: key.slice(0, colon), id: key.slice(colon + 1) };
  }

  clientName(suffix = ''): string {
    return `${this.qualifiedName}${suffix}`;
  }

  // Adding.

  addJob(job: JobJson, jobId: string): Promise<string> {
    return this.write((ledger) => addJob(ledger, job, jobId));
  }

  addJobs(entries: readonly { job: JobJson; jobId: string }[]): Promise<string[]> {
    return this.write((ledger) => entries.map(({ job, jobId }) => addJob(ledger, job, jobId)));
  }

  // Taking and finishing.

  moveToActive(token: string, name?: string): Promise<Claimed> {
    return failSlowly(async () => {
      // Looked at before a write is begun, so that an idle worker costs no fsync; the turn lets timers run between two looks.
      await nextTurn();
      const { ready, nextDueAt } = this.read(prospect);
      if (!ready) return [null, '', 0, nextDueAt ?? 0];
      return this.write((ledger) => claimNext(ledger, this.#claim(token, name)));
    });
  }

  moveToCompleted(
    job: MinimalJob,
    returnValue: unknown,
    removeOnComplete: boolean | number | KeepJobs,
    token: string,
    fetchNext: boolean,
  ): Promise<{ result: void | unknown[]; finishedOn: number }> {
    const keep = retention(removeOnComplete, this.#settings.removeOnComplete);
    const outcome = JSON.stringify(returnValue ?? null);
    return this.#finish(
      { jobId: job.id ?? '', token, state: 'completed', outcome, stacktrace: undefined, keep },
      fetchNext,
    );
  }

  moveToFailed(
    job: MinimalJob,
    failedReason: string,
    removeOnFail: boolean | number | KeepJobs,
    token: string,
    fetchNext: boolean,
    fieldsToUpdate?: { stacktrace?: string },
  ): Promise<{ result: void | unknown[]; finishedOn: number }> {
    const keep = retention(removeOnFail, this.#settings.removeOnFail);
    const stacktrace = fieldsToUpdate?.stacktrace;
    return this.#finish(
      { jobId: job.id ?? '', token, state: 'failed', outcome: failedReason, stacktrace, keep },
      fetchNext,
    );
  }

  moveToDelayed(
    jobId: string,
    timestamp: number,
    delay: number,
    token?: string,
    opts: MoveToDelayedOpts = {},
  ): Promise<void | unknown[]> {
    const countAttempt = opts.skipAttempt !== true;
    return this.write((ledger) => {
      delayActive(ledger, { jobId, token, timestamp, delay, countAttempt }, opts.fieldsToUpdate ?? {});
      return opts.fetchNext === true && token !== undefined ? claimNext(ledger, this.#claim(token)) : undefined;
    });
  }

  moveJobFromActiveToWait(jobId: string, token = '0'): Promise<number> {
    return this.write((ledger) => returnActive(ledger, jobId, token));
  }

  retryJob(jobId: string, lifo: boolean, token = '0', opts: RetryJobOpts = {}): Promise<void> {
    return this.write((ledger) => retryActive(ledger, jobId, token, lifo, opts.fieldsToUpdate ?? {}));
  }

  retryFinishedJob(job: MinimalJob, state: 'failed' | 'completed', opts: RetryOptions = {}): Promise<void> {
    const { resetAttemptsMade = false, resetAttemptsStarted = false } = opts;
    const lifo = job.opts.lifo === true;
    return this.write((ledger) =>
      retryFinished(ledger, job.id ?? '', state, { lifo, resetAttemptsMade, resetAttemptsStarted }),
    );
  }

  extendLock(jobId: string, token: string, duration: number): Promise<number> {
    return this.write((ledger) => extendLock(ledger, jobId, token, duration));
  }

  extendLocks(jobIds: string[], tokens: string[], duration: number): Promise<string[]> {
    return this.write((ledger) =>
      jobIds.filter((id, index) => extendLock(ledger, id, tokens[index] ?? '', duration) === 0),
    );
  }

  moveStalledJobsToWait(): Promise<string[]> {
    return this.write((ledger) => recoverStalled(ledger, this.#settings.maxStalledCount ?? 1));
  }

  // Events, and waiting.

  async readEvents(id: string, blockTimeout: number): Promise<StreamReadRaw> {
    const cursor = id === '$' ? this.read(lastEventId) : Number(id);
    const events = await this.#wait(blockTimeout, (ledger) => {
      const found = eventsAfter(ledger, cursor);
      return { done: found.length > 0 ? found : null, lookAgainInMs: null };
    });
    return events === null ? null : [['events', events]];
  }

  /** Waits for a job that may be taken, `blockTimeout` seconds at most. */
  waitForJob(blockTimeout: number): Promise<{ member: string; score: number } | null> {
    return failSlowly(() =>
      this.#wait(blockTimeout * 1_000, (ledger) => {
        const { ready, nextDueAt } = prospect(ledger);
        const lookAgainInMs = nextDueAt === null ? null : nextDueAt - ledger.now;
        return { done: ready ? { member: '', score: 0 } : null, lookAgainInMs };
      }),
    );
  }

  #wait<T>(timeoutMs: number, look: (ledger: Ledger) => Look<T>): Promise<T | null> {
    return this.#waiting.for(
      timeoutMs,
      (again) => this.file.listen(this.qualifiedName, again),
      () => this.read(look),
    );
  }

  async #finish(ending: Ending, fetchNext: boolean): Promise<{ result: void | unknown[]; finishedOn: number }> {
    return this.write((ledger) => {
      finishJob(ledger, ending);
      const next = fetchNext && this.closing === undefined ? claimNext(ledger, this.#claim(ending.token)) : undefined;
      if (next === undefined || next[0] === null) announceIfDrained(ledger);
      return { result: next, finishedOn: ledger.now };
    });
  }

  #claim(token: string, workerName = this.#settings.name): Claim {
    return {
      token,
      workerName,
      lockDurationMs: this.#settings.lockDuration ?? LOCK_MS,
      limiter: this.#settings.limiter,
    };
  }
}

/** Builds the backend of one queue; its `connection` is the file. */
export const sqliteBackend: BackendFactory<SqliteQueueBackend, QueueFile> = (name, opts: QueueBaseOptions<QueueFile>) =>
  new SqliteQueueBackend(opts.connection, name, opts as WorkerSettings);
