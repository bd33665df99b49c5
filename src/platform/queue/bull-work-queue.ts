import { succeed, type Result } from '../../core/finding.ts';
import type { Clock } from '../../core/time.ts';
import type { Bull, BullQueue, Payload } from './bull.ts';
import { Complaints } from './complaints.ts';
import { WorkQueue, type QueueReport, type WorkCounts, type WorkProcessor } from './queue.ts';
import { Schedules } from './schedules.ts';
import { ask, within } from './unavailable.ts';
import { WorkRunner, type RunnerTimings } from './work-runner.ts';

export interface WorkQueueParts {
  readonly bull: Bull;
  readonly clock: Clock;
  readonly report: QueueReport;
  /** For tests: how soon a dead worker is noticed, and how often schedules are looked after. */
  readonly timings?: RunnerTimings & { readonly scheduleCheckMs: number };
}

/** Nobody's name: the queue that is asked when only the store's health is of interest. */
const PROBE = 'probe';

/** How long closing one producer's connection may take. */
const CLOSE_MS = 3_000;

/** The port on BullMQ: a BullMQ queue per name, and a worker for each name that this process works on. */
export class BullWorkQueue extends WorkQueue {
  readonly #bull: Bull;
  readonly #clock: Clock;
  readonly #complaints: Complaints;
  readonly #schedules: Schedules;
  readonly #runner: WorkRunner;
  readonly #processors = new Map<string, WorkProcessor>();
  readonly #queues = new Map<string, BullQueue>();

  constructor({ bull, clock, report, timings }: WorkQueueParts) {
    super();
    this.#bull = bull;
    this.#clock = clock;
    this.#complaints = new Complaints(report, clock);
    this.#schedules = new Schedules(clock, timings?.scheduleCheckMs);
    const wake = (name: string, id: string, delayMs: number): Promise<Result<void>> => this.wake(name, id, { delayMs });
    this.#runner = new WorkRunner({ bull, complaints: this.#complaints, report, wake, timings });
  }

  register(processor: WorkProcessor): void {
    if (this.#processors.has(processor.name)) throw new Error(`two processors for the work "${processor.name}"`);
    this.#processors.set(processor.name, processor);
  }

  /** Begins to take work for every registered processor. */
  start(): void {
    for (const processor of this.#processors.values()) this.#runner.start(processor);
  }

  /** Takes no more work, and waits for what runs, `boundMs` at most. */
  async stop(boundMs: number): Promise<void> {
    this.#schedules.stop();
    await this.#runner.stop();
    await this.#runner.settle(boundMs);
  }

  async close(): Promise<void> {
    this.#bull.giveUp();
    await this.#runner.close();
    await Promise.allSettled([...this.#queues.values()].map((queue) => within(CLOSE_MS, queue.close())));
    this.#bull.close();
  }

  wake(name: string, id: string, options: { readonly delayMs?: number } = {}): Promise<Result<void>> {
    const delayMs = Math.max(0, Math.round(options.delayMs ?? 0));
    return this.#ask(name, 'wake', async (queue) => {
      if (delayMs === 0) await add(queue, { id, beat: false, dueAt: 0 }, { slot: 'now', delayMs });
      else await this.#wakeLater(queue, id, delayMs);
    });
  }

  every(name: string, id: string, everyMs: number): Promise<Result<void>> {
    return this.#schedules.set(this.#queue(name), id, everyMs);
  }

  cancel(name: string, id: string): Promise<Result<void>> {
    return this.#schedules.remove(this.#queue(name), id);
  }

  ping(): Promise<Result<void>> {
    return this.#ask(PROBE, 'ping', async (queue) => void (await queue.isPaused()));
  }

  async counts(): Promise<Result<readonly WorkCounts[]>> {
    const names = new Set([...this.#processors.keys(), ...this.#queues.keys()]);
    names.delete(PROBE);
    const all = await Promise.all([...names].map((name) => this.#ask(name, 'counts', countsOf)));
    const counts: WorkCounts[] = [];
    for (const one of all) {
      if (!one.ok) return one;
      counts.push(one.value);
    }
    return succeed(counts);
  }

  /** Of several delayed wakes the earliest stands: one that is there already is brought forward. */
  async #wakeLater(queue: BullQueue, id: string, delayMs: number): Promise<void> {
    const dueAt = this.#clock.now() + delayMs;
    const jobId = await add(queue, { id, beat: false, dueAt }, { slot: 'later', delayMs });
    const standing = await queue.getJob(jobId);
    if (standing === undefined || standing.data.dueAt <= dueAt) return;
    // It may begin at this very moment; then it can no longer be brought forward, and need not be.
    await standing.changeDelay(delayMs).then(
      () => standing.updateData({ ...standing.data, dueAt }),
      () => undefined,
    );
  }

  #ask<T>(name: string, operation: string, question: (queue: BullQueue) => Promise<T>): Promise<Result<T>> {
    const queue = this.#queue(name);
    return ask(operation, queue, () => question(queue));
  }

  #queue(name: string): BullQueue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queue = this.#bull.queue(name);
    queue.on('error', (failure) => this.#complaints.hear('queue', failure));
    this.#queues.set(name, queue);
    return queue;
  }
}

/**
 * Adds a job unless one for the same id and slot is waiting; one that is active already keeps this as its successor
 * (BullMQ's `keepLastIfActive`). An immediate and a delayed wake have each their slot, so that neither hides the other.
 * Out: the id of the job that stands now.
 */
const add = async (
  queue: BullQueue,
  payload: Payload,
  { slot, delayMs }: { slot: 'now' | 'later'; delayMs: number },
): Promise<string> => {
  const job = await queue.add(queue.name, payload, {
    delay: delayMs,
    // The journal is the truth and decides on retries: the queue keeps nothing that has ended.
    attempts: 1,
    removeOnComplete: true,
    removeOnFail: true,
    deduplication: { id: `${slot}:${payload.id}`, keepLastIfActive: true },
  });
  return job.id ?? '';
};

const countsOf = async (queue: BullQueue): Promise<WorkCounts> => {
  const {
    waiting = 0,
    prioritized = 0,
    delayed = 0,
    active = 0,
  } = await queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active');
  return { name: queue.name, waiting: waiting + prioritized, delayed, active };
};
