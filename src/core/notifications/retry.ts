import { DAY_MS, HOUR_MS, MINUTE_MS, plus, SECOND_MS, type Instant } from '../time.ts';

/** How long after a first attempt the others come to an end. */
export const TRIED_FOR_MS = DAY_MS;

/** The pause after the first attempt, after the second, and so on; the last one repeats. */
export const PAUSES_MS: readonly number[] = [
  ...[5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS],
  ...[HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS],
];

/** A pause is longer by up to this part of it, so that what failed together does not come back together. */
export const JITTER = 0.2;

/** A receiver may ask for a longer pause, but not for one in which nobody learns of anything any more. */
const LONGEST_ASKED_MS = 6 * HOUR_MS;

export interface Failed {
  /** How many attempts there were, at least one. */
  readonly attempts: number;
  readonly now: Instant;
  /** No attempt begins after this. */
  readonly giveUpAt: Instant;
  /** What the receiver asked for by `Retry-After`, or null. */
  readonly retryAfterMs: number | null;
  /** A random number, 0 up to but not 1. */
  readonly chance: number;
}

/** When to try again after an attempt that failed, or null: never. */
export const nextAttemptAt = ({ attempts, now, giveUpAt, retryAfterMs, chance }: Failed): Instant | null => {
  const pause = PAUSES_MS[Math.min(attempts, PAUSES_MS.length) - 1] ?? 0;
  const asked = Math.min(retryAfterMs ?? 0, LONGEST_ASKED_MS);
  const next = plus(now, Math.max(pause, asked) * (1 + JITTER * chance));
  return next > giveUpAt ? null : next;
};

/**
 * Reads a `Retry-After` (RFC 9110, section 10.2.3): seconds, or the date of HTTP.
 * @returns the pause in milliseconds, or null when it says none
 */
export const readRetryAfter = (header: string | undefined, now: Instant): number | null => {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND_MS;
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
};
