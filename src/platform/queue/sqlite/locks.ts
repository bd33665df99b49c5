import { emit } from './events.ts';
import { findJob, nextPlace, type JobRow } from './job-row.ts';
import { foreignLock, missingJob, missingLock, wrongState } from './refusals.ts';
import type { Ledger } from './sql.ts';

/** BullMQ's token for a job taken by hand, without a lock. */
const NO_LOCK = '0';

/** BullMQ's own words for a job whose workers died once too often; the worker that takes it next fails it with them. */
const STALLED_TOO_OFTEN = 'job stalled more than allowable limit';

/**
 * The active job that `token` holds. Throws `JobRefusal` when the job is gone, is not active, or is not held by the token
 * any longer: an expired lock is no lock, even while nobody else has taken the job.
 */
export const heldJob = (ledger: Ledger, jobId: string, token: string | undefined, operation: string): JobRow => {
  const job = findJob(ledger, jobId);
  if (job === undefined) throw missingJob(jobId, operation);
  if (token !== NO_LOCK) {
    if (!isLocked(ledger, job)) throw missingLock(jobId, operation);
    if (job.lock_token !== token) throw foreignLock(jobId, operation);
  }
  if (job.state !== 'active') throw wrongState(jobId, 'active', operation);
  return job;
};

/** Whether somebody's lock on the job is still good. */
export const isLocked = ({ now }: Ledger, job: JobRow): boolean =>
  job.state === 'active' && job.locked_until !== null && job.locked_until > now;

/** Keeps a job for another `durationMs`. Out: 1, or 0 when the token does not hold it any longer. */
export const extendLock = ({ sql, queue, now }: Ledger, jobId: string, token: string, durationMs: number): number =>
  sql.run(
    `UPDATE job SET locked_until = ?
     WHERE queue = ? AND id = ? AND state = 'active' AND lock_token = ? AND locked_until > ?`,
    now + durationMs,
    queue,
    jobId,
    token,
    now,
  );

/**
 * Puts active jobs whose lock has expired back in front of the line: their worker is dead, or too slow to be waited for.
 * A job for which that happens more than `maxStalledCount` times is failed by the worker that takes it next, without being
 * run; one that a scheduler made is not, since failing it would end the schedule. Out: the ids of the jobs put back.
 */
export const recoverStalled = (ledger: Ledger, maxStalledCount: number): string[] => {
  const { sql, queue, now } = ledger;
  const stalled = sql.all<JobRow>(
    "SELECT * FROM job WHERE queue = ? AND state = 'active' AND coalesce(locked_until, 0) <= ? ORDER BY seq DESC",
    queue,
    now,
  );
  for (const job of stalled) putBack(ledger, job, maxStalledCount);
  return stalled.map((job) => job.id);
};

const putBack = (ledger: Ledger, job: JobRow, maxStalledCount: number): void => {
  const tooOften = job.stalled_counter + 1 > maxStalledCount && !isScheduled(ledger, job);
  ledger.sql.run(
    `UPDATE job SET state = 'waiting', seq = ?, lock_token = NULL, locked_until = NULL,
       stalled_counter = stalled_counter + 1, deferred_failure = coalesce(?, deferred_failure)
     WHERE queue = ? AND id = ?`,
    nextPlace(ledger, 'front'),
    tooOften ? STALLED_TOO_OFTEN : null,
    ledger.queue,
    job.id,
  );
  emit(ledger, 'waiting', { jobId: job.id, prev: 'active' });
  emit(ledger, 'stalled', { jobId: job.id });
};

const isScheduled = ({ sql, queue }: Ledger, job: JobRow): boolean =>
  job.scheduler_id !== null &&
  sql.first('SELECT 1 FROM scheduler WHERE queue = ? AND id = ?', queue, job.scheduler_id) !== undefined;
