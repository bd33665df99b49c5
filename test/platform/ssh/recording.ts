import { instant, type Clock } from '../../../src/core/time.ts';
import type { CommandObserver, CommandRecord } from '../../../src/platform/ssh/transcript.ts';
import { SshFailure, type SshFailureCode } from '../../../src/platform/ssh/ssh-failure.ts';

/** A clock that stands still. */
export const NOON = instant(Date.UTC(2026, 10, 22, 12));
export const standingClock: Clock = { now: () => NOON };

/** An observer that remembers what it is told. */
export const recorder = (): { records: CommandRecord[]; onCommand: CommandObserver } => {
  const records: CommandRecord[] = [];
  return { records, onCommand: (record) => void records.push(record) };
};

export interface Failing {
  readonly code: SshFailureCode;
  readonly failure: SshFailure;
  readonly tookMs: number;
}

/** How the work failed and after how long. Anything but a typed failure is an error. */
export const failing = async (work: Promise<unknown>): Promise<Failing> => {
  const begun = performance.now();
  const cause = await work.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (!(cause instanceof SshFailure)) throw cause;
  return { code: cause.code, failure: cause, tookMs: performance.now() - begun };
};

/** Looks again and again until it holds; false when it still does not after `patienceMs`. */
export const eventually = async (holds: () => boolean, patienceMs: number): Promise<boolean> => {
  const begun = performance.now();
  while (!holds()) {
    if (performance.now() - begun > patienceMs) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
};
