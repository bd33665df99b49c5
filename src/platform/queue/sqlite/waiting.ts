import { setTimeout as sleep } from 'node:timers/promises';

/** Node's timers count in 32 bits; a longer wait would end at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** What a wait looks for: it ends when `done`, and looks again, unasked, at `lookAgainInMs`. */
export interface Look<T> {
  readonly done: T | null;
  readonly lookAgainInMs: number | null;
}

/** The one wait that a worker (for a job) or a listener (for an event) may have open at a time, and how it is cut short. */
export class Waiting {
  #interrupt: (() => void) | null = null;
  #interrupted = false;

  /**
   * Waits until a look finds something. In: `listen`, which calls its argument when it is worth looking again, and hands out
   * how to stop that. Out: what was found, or null when `timeoutMs` has passed or the wait was interrupted; rejects with what a
   * look throws.
   */
  for<T>(timeoutMs: number, listen: (again: () => void) => () => void, look: () => Look<T>): Promise<T | null> {
    if (this.#interrupted) return Promise.resolve(null);
    return new Promise<T | null>((resolve, reject) => {
      const deadline = performance.now() + timeoutMs;
      let timer: NodeJS.Timeout | undefined;
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        stop();
        this.#interrupt = null;
        settle();
      };
      const again = (): void => {
        clearTimeout(timer);
        try {
          const left = deadline - performance.now();
          const { done, lookAgainInMs } = look();
          if (done !== null || left <= 0) end(() => resolve(done));
          else timer = setTimeout(again, Math.min(left, lookAgainInMs ?? left, LONGEST_TIMER_MS));
        } catch (failure) {
          end(() => reject(asError(failure)));
        }
      };
      const stop = listen(again);
      this.#interrupt = () => end(() => resolve(null));
      again();
    });
  }

  /** Ends the wait, and any that begins before `allow`. */
  interrupt(): void {
    this.#interrupted = true;
    this.#interrupt?.();
  }

  allow(): void {
    this.#interrupted = false;
  }
}

/**
 * BullMQ's worker asks again at once after a failed claim (worker.ts, `retryIfFailed`), and would fill the log and the
 * processor with one broken file: a failure takes a second.
 */
export const failSlowly = async <T>(attempt: () => Promise<T>): Promise<T> => {
  try {
    return await attempt();
  } catch (failure) {
    await sleep(1_000);
    throw failure;
  }
};

const asError = (failure: unknown): Error => (failure instanceof Error ? failure : new Error(String(failure)));
