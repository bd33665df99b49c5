import { setImmediate as turn } from 'node:timers/promises';
import { succeed, type Result } from '../../core/finding.ts';
import type { Clock } from '../../core/time.ts';
import { sha256 } from '../crypto/digest.ts';
import type { BullQueue } from './bull.ts';
import { ask } from './unavailable.ts';

/** How often it is checked that the store still keeps the schedules: FLUSHALL, or a deleted file, forgets them. */
const CHECK_MS = 30_000;

/** After so many a check lets others have the thread: of ten thousand on SQLite none would wait for anything. */
const CHECKED_AT_ONCE = 20;

interface Schedule {
  readonly queue: BullQueue;
  readonly id: string;
  readonly everyMs: number;
  /** The store has it, as far as is known; the checks see to it that it stays so. */
  isSet: boolean;
}

/** The schedules this process has asked for. It sees to it that the store has them, and that they go on. */
export class Schedules {
  readonly #wanted = new Map<string, Schedule>();
  readonly #clock: Clock;
  readonly #checkMs: number;
  #timer: NodeJS.Timeout | null = null;
  #checking = false;

  constructor(clock: Clock, checkMs = CHECK_MS) {
    this.#clock = clock;
    this.#checkMs = checkMs;
  }

  /** Sets a schedule, unless it is set already, and keeps it set. A failure is not the end of it: the next check tries again. */
  async set(queue: BullQueue, id: string, everyMs: number): Promise<Result<void>> {
    const known = this.#wanted.get(key(queue, id));
    if (known?.isSet && known.everyMs === everyMs) return succeed(undefined);
    const schedule = { queue, id, everyMs, isSet: false };
    this.#wanted.set(key(queue, id), schedule);
    this.#timer ??= setInterval(() => void this.#check(), this.#checkMs);
    return ask('every', queue, () => upsert(schedule));
  }

  /** Ends a schedule. */
  remove(queue: BullQueue, id: string): Promise<Result<void>> {
    this.#wanted.delete(key(queue, id));
    return ask('cancel', queue, async () => void (await queue.removeJobScheduler(id)));
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Ends at the first failure: the store is away for all of them. Its trouble is told by the queues' `error` events. */
  async #check(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    for (const [index, [name, schedule]] of [...this.#wanted].entries()) {
      if (index % CHECKED_AT_ONCE === 0) await turn();
      const stillWanted = (): boolean => this.#wanted.get(name) === schedule;
      const checked = await ask('every', schedule.queue, async () => {
        if (!(await this.#goesOn(schedule)) && stillWanted()) await upsert(schedule);
      });
      if (!checked.ok) break;
    }
    this.#checking = false;
  }

  /**
   * Whether the store has the schedule and the job that carries it on: a worker that took a beat but could not make the next
   * one (worker.ts, `nextJobFromJobData`) leaves a schedule whose next run only recedes into the past.
   */
  async #goesOn({ queue, id, everyMs }: Schedule): Promise<boolean> {
    const known = await queue.getJobScheduler(id);
    const overdueAt = this.#clock.now() - everyMs - this.#checkMs;
    return known?.every === everyMs && (known.next ?? 0) > overdueAt;
  }
}

const key = (queue: BullQueue, id: string): string => `${queue.name} ${id}`;

/**
 * Where in its period a schedule beats: by its id, so that many schedules set together do not all beat together, and each
 * beats at the same moments after a restart. BullMQ takes 0 for none.
 */
const offsetOf = ({ id, everyMs }: Schedule): number => 1 + (parseInt(sha256(id).slice(0, 12), 16) % (everyMs - 1));

const upsert = async (schedule: Schedule): Promise<void> => {
  const { queue, id, everyMs } = schedule;
  const opts = { attempts: 1, removeOnComplete: true, removeOnFail: true };
  const template = { name: queue.name, data: { id, beat: true, dueAt: 0 }, opts };
  await queue.upsertJobScheduler(id, { every: everyMs, offset: offsetOf(schedule) }, template);
  schedule.isSet = true;
};
