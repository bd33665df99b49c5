import { WaitingError, type Job } from 'bullmq';
import { error, info, warning, type Finding, type Result } from '../../core/finding.ts';
import type { Bull, BullWorker, Payload } from './bull.ts';
import type { Complaints } from './complaints.ts';
import type { QueueReport, WorkOutcome, WorkProcessor } from './queue.ts';
import { messageOf, within } from './unavailable.ts';

/** How long a worker may be silent before its work is given to another; BullMQ renews the lock at half of it. */
const LOCK_MS = 30_000;

/** How often dead workers' work is looked for: a crash is noticed within lock and interval, 45 s. */
const STALLED_CHECK_MS = 15_000;

/** The pause after a command that failed because the store was away; BullMQ's own 15 s would outlast a shutdown. */
const RETRY_MS = 1_000;

/** How long closing one worker's connections may take. */
const CLOSE_MS = 3_000;

export interface RunnerTimings {
  readonly lockMs: number;
  readonly stalledCheckMs: number;
}

/** What the runner needs of its surroundings. */
export interface RunnerParts {
  readonly bull: Bull;
  readonly complaints: Complaints;
  readonly report: QueueReport;
  /** How work is woken again. */
  readonly wake: (name: string, id: string, delayMs: number) => Promise<Result<void>>;
  readonly timings?: RunnerTimings;
}

interface Running {
  readonly name: string;
  readonly jobId: string;
  readonly abort: AbortController;
  /** A wake came meanwhile. */
  again: boolean;
  /** The queue's lock on it was lost. */
  isLost: boolean;
}

/** Runs the processors on BullMQ's workers, one worker per name. */
export class WorkRunner {
  readonly #parts: RunnerParts;
  readonly #workers: BullWorker[] = [];
  readonly #running = new Map<string, Running>();
  #stopping: Finding | null = null;
  #idle: (() => void) | null = null;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Begins to take work for a processor. */
  start(processor: WorkProcessor): void {
    const { lockMs, stalledCheckMs } = this.#parts.timings ?? { lockMs: LOCK_MS, stalledCheckMs: STALLED_CHECK_MS };
    const worker = this.#parts.bull.worker(processor.name, (job, token) => this.#take(processor, job, token), {
      concurrency: processor.concurrency,
      lockDuration: lockMs,
      stalledInterval: stalledCheckMs,
      runRetryDelay: RETRY_MS,
      // The journal counts attempts and freezes a job that fails too often; the queue only wakes it.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    worker.on('error', (failure) => this.#parts.complaints.hear(`worker ${processor.name}`, failure));
    worker.on('lockRenewalFailed', (jobIds) => this.#abortLost(processor, jobIds));
    worker.on('failed', (job, failure) => this.#parts.report(workFailed(processor.name, job?.data.id ?? '', failure)));
    this.#workers.push(worker);
  }

  /** Takes no more work, and asks what is running to come to an end. */
  async stop(): Promise<void> {
    this.#stopping = info('stopping', 'queue', 'The service is stopping: finish the step in hand.');
    for (const { abort } of this.#running.values()) abort.abort(this.#stopping);
    await Promise.all(this.#workers.map((worker) => worker.pause(true)));
  }

  /** Waits until nothing runs, `boundMs` at most. What runs on is taken up by another worker when its lock expires. */
  async settle(boundMs: number): Promise<void> {
    if (this.#running.size === 0) return;
    const idle = new Promise<void>((resolve) => (this.#idle = resolve));
    await within(boundMs, idle).catch(() => {
      const ids = [...this.#running.keys()];
      this.#parts.report(
        warning('work_abandoned', 'queue', 'Work was still running when the service stopped.', { ids }),
      );
    });
  }

  /** Closes the workers; waits for no work any more. */
  async close(): Promise<void> {
    const force = this.#running.size > 0;
    const closings = this.#workers.map((worker) => within(CLOSE_MS, worker.close(force)).catch(() => worker.abandon()));
    await Promise.all(closings);
  }

  async #take(processor: WorkProcessor, job: Job<Payload, void>, token: string | undefined): Promise<void> {
    if (this.#stopping !== null) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    const { id, beat } = job.data;
    const running = this.#running.get(keyOf(processor, id));
    if (running !== undefined) {
      running.again ||= !beat;
      return;
    }
    await this.#run(processor, job);
  }

  async #run(processor: WorkProcessor, job: Job<Payload, void>): Promise<void> {
    const { id, beat } = job.data;
    const running: Running = {
      ...{ name: processor.name, jobId: job.id ?? '', abort: new AbortController() },
      ...{ again: false, isLost: false },
    };
    this.#running.set(keyOf(processor, id), running);
    let outcome: WorkOutcome = 'done';
    try {
      do {
        running.again = false;
        outcome = await processor.process(id, { beat, signal: running.abort.signal });
      } while (running.again && !running.abort.signal.aborted);
    } finally {
      this.#running.delete(keyOf(processor, id));
      // Woken before this job is taken off the queue: a crash in between runs the work once more, never once less. Work that
      // was cut short because the queue forgot its lock (FLUSHALL) has nobody else to go on with it.
      if (running.again || running.isLost) await this.#wakeAgain(processor, id, 0);
      if (outcome !== 'done') await this.#wakeAgain(processor, id, outcome.againInMs);
      if (this.#running.size === 0) this.#idle?.();
    }
  }

  async #wakeAgain(processor: WorkProcessor, id: string, delayMs: number): Promise<void> {
    const woken = await this.#parts.wake(processor.name, id, delayMs);
    if (!woken.ok) woken.findings.forEach(this.#parts.report);
  }

  /** Job ids are counted per name, so that the same one may run under another name. */
  #abortLost({ name }: WorkProcessor, jobIds: readonly string[]): void {
    const reason = warning('lock_lost', name, "The queue's lock was lost; another worker may begin this work.");
    for (const running of this.#running.values())
      if (running.name === name && jobIds.includes(running.jobId)) {
        running.isLost = true;
        running.abort.abort(reason);
      }
  }
}

const keyOf = (processor: WorkProcessor, id: string): string => `${processor.name} ${id}`;

const workFailed = (name: string, id: string, failure: unknown): Finding =>
  error('work_failed', name, 'A processor threw; the journal decides whether to go on.', {
    id,
    reason: messageOf(failure),
  });
