import { warning } from '../../core/finding.ts';
import type { Clock } from '../../core/time.ts';
import type { QueueReport } from './queue.ts';
import { messageOf } from './unavailable.ts';

/** While the store is away its clients complain at every attempt; one word a minute says as much. */
const QUIET_MS = 60_000;

/** Passes on the first complaint of each part of the queue, then at most one a minute, with how many were kept back. */
export class Complaints {
  readonly #report: QueueReport;
  readonly #clock: Clock;
  readonly #since = new Map<string, { at: number; keptBack: number }>();

  constructor(report: QueueReport, clock: Clock) {
    this.#report = report;
    this.#clock = clock;
  }

  /** To be given every `error` event of a queue or worker: without a listener, one would end the process. */
  hear(part: string, failure: unknown): void {
    const now = this.#clock.now();
    const last = this.#since.get(part);
    if (last !== undefined && now - last.at < QUIET_MS) {
      last.keptBack += 1;
      return;
    }
    const keptBack = last?.keptBack ?? 0;
    this.#since.set(part, { at: now, keptBack: 0 });
    this.#report(
      warning('queue_trouble', part, 'The queue has trouble; it goes on trying.', {
        reason: messageOf(failure),
        keptBack,
      }),
    );
  }
}
