import { readMeta, type RateLimit } from './meta.ts';
import type { Ledger } from './sql.ts';

interface Window {
  readonly jobs: number;
  readonly expires_at: number;
}

const openWindow = ({ sql, queue, now }: Ledger): Window | undefined =>
  sql.first<Window>('SELECT jobs, expires_at FROM rate_limit WHERE queue = ? AND expires_at > ?', queue, now);

/** How many milliseconds must pass before another job may start under a limit of `max`; 0 when one may start now. */
export const waitUnderLimit = (ledger: Ledger, max: number): number => {
  const window = openWindow(ledger);
  return window !== undefined && window.jobs >= max ? window.expires_at - ledger.now : 0;
};

/** Counts a job that starts, and opens the window with the first. */
export const countStart = (ledger: Ledger, limit: RateLimit): void => {
  const window = openWindow(ledger);
  if (window === undefined) setWindow(ledger, 1, ledger.now + Math.floor(Math.abs(limit.duration)));
  else setWindow(ledger, window.jobs + 1, window.expires_at);
};

/** Lets no job start for `durationMs`, whatever the limit is. */
export const closeFor = (ledger: Ledger, durationMs: number): void =>
  setWindow(ledger, Number.MAX_SAFE_INTEGER, ledger.now + durationMs);

/** Forgets the window. Out: whether there was one, as 1 or 0. */
export const openAgain = ({ sql, queue }: Ledger): number => sql.run('DELETE FROM rate_limit WHERE queue = ?', queue);

/** The milliseconds left of the window; -2 where none is open: the answer of Redis's PTTL. */
export const windowLeft = (ledger: Ledger): number => {
  const window = openWindow(ledger);
  return window === undefined ? -2 : window.expires_at - ledger.now;
};

/** What BullMQ's `getRateLimitTtl` answers: under the given maximum, else under the queue's own, else whatever is left. */
export const rateLimitLeft = (ledger: Ledger, max: number): number => {
  const [own] = readMeta(ledger, ['max']);
  const limit = max > 0 ? max : Number(own ?? 0);
  return limit > 0 ? waitUnderLimit(ledger, limit) : windowLeft(ledger);
};

const setWindow = ({ sql, queue }: Ledger, jobs: number, expiresAt: number): void => {
  sql.run(
    'INSERT INTO rate_limit VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET jobs = excluded.jobs, expires_at = excluded.expires_at',
    queue,
    jobs,
    expiresAt,
  );
};
