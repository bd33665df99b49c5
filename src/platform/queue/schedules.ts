import type { Result } from '../../core/finding.ts';
import type { BullQueue } from './bull.ts';
import { ask } from './unavailable.ts';

/** How often it is checked that the store still knows the schedules: FLUSHALL, or a deleted file, forgets them. */
const CHECK_MS = 30_000;

interface Schedule {
  readonly queue: BullQueue;
  readonly id: string;
  readonly everyMs: number;
}

/** The schedules this process has asked for, and sees to it that the store has them. */
export class Schedules {
  readonly #wanted = new Map<string, Schedule>();
  readonly #checkMs: number;
  #timer: NodeJS.Timeout | null = null;

  constructor(checkMs = CHECK_MS) {
    this.#checkMs = checkMs;
  }

  /** Sets a schedule, and keeps it set. A failure is not the end of it: the next check tries again. */
  set(queue: BullQueue, id: string, everyMs: number): Promise<Result<void>> {
    const schedule = { queue, id, everyMs };
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

  async #check(): Promise<void> {
    for (const [name, schedule] of [...this.#wanted]) {
      // The queue's own trouble is told by its `error` events; here only the schedule counts, and the next check tries again.
      await ask('every', schedule.queue, async () => {
        const known = await schedule.queue.getJobScheduler(schedule.id);
        if (known?.every !== schedule.everyMs && this.#wanted.get(name) === schedule) await upsert(schedule);
      });
    }
  }
}

const key = (queue: BullQueue, id: string): string => `${queue.name} ${id}`;

const upsert = async ({ queue, id, everyMs }: Schedule): Promise<void> => {
  const opts = { attempts: 1, removeOnComplete: true, removeOnFail: true };
  await queue.upsertJobScheduler(
    id,
    { every: everyMs },
    { name: queue.name, data: { id, beat: true, dueAt: 0 }, opts },
  );
};
