import type { JobJson } from 'bullmq';
import { emit } from './events.ts';
import { nextPlace, toJobJson, type JobRow } from './job-row.ts';
import { restraintsOf, type RateLimit } from './meta.ts';
import { countStart, waitUnderLimit } from './rate-limit.ts';
import type { Ledger } from './sql.ts';

/** How many delayed jobs become waiting in one go (as in BullMQ's `promoteDelayedJobs`); the rest follow with the next claim. */
const PROMOTED_AT_ONCE = 1_000;

/** Who takes a job, and on what terms. */
export interface Claim {
  readonly token: string;
  readonly workerName: string | undefined;
  readonly lockDurationMs: number;
  readonly limiter: RateLimit | undefined;
}

/** BullMQ's answer to a claim: the job and its id, or how long the rate limit holds, or when the next delayed job is due. */
export type Claimed = [job: JobJson | null, id: string, rateLimitMs: number, dueAt: number];

const nothing = (rateLimitMs: number, dueAt: number): Claimed => [null, '', rateLimitMs, dueAt];

/** Whether a claim could find a job now; if not, when the next delayed job is due, if one is. A paused queue has neither. */
export interface Prospect {
  readonly ready: boolean;
  readonly nextDueAt: number | null;
}

export const prospect = (ledger: Ledger): Prospect => {
  if (restraintsOf(ledger).held) return { ready: false, nextDueAt: null };
  if (isAnyWaiting(ledger)) return { ready: true, nextDueAt: null };
  const nextDueAt = nextDue(ledger);
  return { ready: nextDueAt !== null && nextDueAt <= ledger.now, nextDueAt };
};

/** Makes the next job active and locks it for the one who claims it. Delayed jobs that are due come into line first. */
export const claimNext = (ledger: Ledger, claim: Claim): Claimed => {
  promoteDue(ledger);
  const restraints = restraintsOf(ledger);
  const limit = restraints.limit ?? claim.limiter;
  const limitedMs = limit === undefined ? 0 : waitUnderLimit(ledger, limit.max);
  if (limitedMs > 0) return nothing(limitedMs, 0);
  if (restraints.held) return nothing(0, 0);
  const row = activateNext(ledger, claim);
  if (row === undefined) return nothing(0, nextDue(ledger) ?? 0);
  if (limit !== undefined && row.deferred_failure === null) countStart(ledger, limit);
  emit(ledger, 'active', { jobId: row.id, prev: 'waiting' });
  return [toJobJson(row), row.id, 0, 0];
};

const activateNext = ({ sql, queue, now }: Ledger, claim: Claim): JobRow | undefined =>
  sql.first<JobRow>(
    `UPDATE job SET state = 'active', processed_at = ?, attempts_started = attempts_started + 1,
       lock_token = ?, locked_until = ?, processed_by = coalesce(?, processed_by)
     WHERE queue = ? AND id =
       (SELECT id FROM job WHERE queue = ? AND state = 'waiting' ORDER BY priority, seq LIMIT 1)
     RETURNING *`,
    now,
    claim.token,
    now + claim.lockDurationMs,
    claim.workerName ?? null,
    queue,
    queue,
  );

const promoteDue = (ledger: Ledger): void => {
  const due = ledger.sql.all<{ id: string }>(
    `SELECT id FROM job WHERE queue = ? AND state = 'delayed' AND due_at <= ? ORDER BY due_at, seq LIMIT ${PROMOTED_AT_ONCE}`,
    ledger.queue,
    ledger.now,
  );
  for (const { id } of due) promote(ledger, id);
};

/** Puts a delayed job into line, behind those who wait. */
export const promote = (ledger: Ledger, jobId: string): void => {
  ledger.sql.run(
    "UPDATE job SET state = 'waiting', delay = 0, due_at = NULL, seq = ? WHERE queue = ? AND id = ?",
    nextPlace(ledger, 'back'),
    ledger.queue,
    jobId,
  );
  emit(ledger, 'waiting', { jobId, prev: 'delayed' });
};

export const isAnyWaiting = ({ sql, queue }: Ledger): boolean =>
  sql.first("SELECT 1 FROM job WHERE queue = ? AND state = 'waiting' LIMIT 1", queue) !== undefined;

const nextDue = ({ sql, queue }: Ledger): number | null =>
  sql.first<{ due: number | null }>("SELECT min(due_at) AS due FROM job WHERE queue = ? AND state = 'delayed'", queue)
    ?.due ?? null;
