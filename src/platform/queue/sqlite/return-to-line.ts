import type { JobProgress } from 'bullmq';
import { promote } from './claim.ts';
import { emit } from './events.ts';
import { findJob, nextPlace, type JobRow } from './job-row.ts';
import { heldJob } from './locks.ts';
import { windowLeft } from './rate-limit.ts';
import { missingJob, wrongState } from './refusals.ts';
import type { Ledger } from './sql.ts';

/** What a failed attempt leaves on the job. */
export interface AttemptTrace {
  readonly failedReason?: string;
  readonly stacktrace?: string;
}

/** Delays an active job until `timestamp + delay`; `countAttempt` when the attempt failed, rather than put itself off. */
export const delayActive = (
  ledger: Ledger,
  job: { jobId: string; token: string | undefined; timestamp: number; delay: number; countAttempt: boolean },
  trace: AttemptTrace,
): void => {
  heldJob(ledger, job.jobId, job.token, 'moveToDelayed');
  const dueAt = job.timestamp + Math.max(0, job.delay);
  leaveActive(ledger, job.jobId, { state: 'delayed', place: 'back', countAttempt: job.countAttempt }, trace);
  ledger.sql.run(
    'UPDATE job SET delay = ?, due_at = ? WHERE queue = ? AND id = ?',
    job.delay,
    dueAt,
    ledger.queue,
    job.jobId,
  );
  emit(ledger, 'delayed', { jobId: job.jobId, delay: dueAt });
};

/** Puts an active job whose attempt failed back into line: behind the others, or before them when it is last in, first out. */
export const retryActive = (
  ledger: Ledger,
  jobId: string,
  token: string | undefined,
  lifo: boolean,
  trace: AttemptTrace,
): void => {
  heldJob(ledger, jobId, token, 'retryJob');
  leaveActive(ledger, jobId, { state: 'waiting', place: lifo ? 'front' : 'back', countAttempt: true }, trace);
  emit(ledger, 'waiting', { jobId, prev: 'active' });
};

/** Puts an active job back in front of the line without counting an attempt. Out: the milliseconds left of the rate limit, or 0. */
export const returnActive = (ledger: Ledger, jobId: string, token: string | undefined): number => {
  heldJob(ledger, jobId, token, 'moveJobFromActiveToWait');
  leaveActive(ledger, jobId, { state: 'waiting', place: 'front', countAttempt: false }, {});
  emit(ledger, 'waiting', { jobId, prev: 'active' });
  return Math.max(0, windowLeft(ledger));
};

interface Leaving {
  readonly state: 'waiting' | 'delayed';
  readonly place: 'front' | 'back';
  readonly countAttempt: boolean;
}

const leaveActive = (ledger: Ledger, jobId: string, leaving: Leaving, trace: AttemptTrace): void => {
  ledger.sql.run(
    `UPDATE job SET state = ?, seq = ?, attempts_made = attempts_made + ?, lock_token = NULL, locked_until = NULL,
       failed_reason = coalesce(?, failed_reason), stacktrace = coalesce(?, stacktrace)
     WHERE queue = ? AND id = ?`,
    leaving.state,
    nextPlace(ledger, leaving.place),
    leaving.countAttempt ? 1 : 0,
    trace.failedReason ?? null,
    trace.stacktrace ?? null,
    ledger.queue,
    jobId,
  );
};

/** Puts a finished job back into line. Throws `JobRefusal` when it is gone or did not end in `state`. */
export const retryFinished = (
  ledger: Ledger,
  jobId: string,
  state: 'completed' | 'failed',
  options: { lifo: boolean; resetAttemptsMade: boolean; resetAttemptsStarted: boolean },
): void => {
  requireState(ledger, jobId, state, 'reprocessJob');
  ledger.sql.run(
    `UPDATE job SET state = 'waiting', seq = ?, finished_at = NULL, processed_at = NULL, return_value = NULL, failed_reason = NULL,
       attempts_made = iif(?, 0, attempts_made), attempts_started = iif(?, 0, attempts_started)
     WHERE queue = ? AND id = ?`,
    nextPlace(ledger, options.lifo ? 'front' : 'back'),
    Number(options.resetAttemptsMade),
    Number(options.resetAttemptsStarted),
    ledger.queue,
    jobId,
  );
  emit(ledger, 'waiting', { jobId, prev: state });
};

/** Lets a delayed job run as soon as it can. Throws `JobRefusal` when it is not delayed. */
export const promoteJob = (ledger: Ledger, jobId: string): void => {
  // Like BullMQ's `promote`, which does not tell an absent job from one that is not delayed.
  if (findJob(ledger, jobId)?.state !== 'delayed') throw wrongState(jobId, 'delayed', 'promote');
  promote(ledger, jobId);
};

/** Moves the hour of a delayed job to `delay` milliseconds from now. */
export const changeDelay = (ledger: Ledger, jobId: string, delay: number): void => {
  requireState(ledger, jobId, 'delayed', 'changeDelay');
  const dueAt = ledger.now + Math.max(0, delay);
  ledger.sql.run('UPDATE job SET delay = ?, due_at = ? WHERE queue = ? AND id = ?', delay, dueAt, ledger.queue, jobId);
  emit(ledger, 'delayed', { jobId, delay: dueAt });
};

/** Gives a job another priority, and, where it waits, another place in line. */
export const changePriority = (ledger: Ledger, jobId: string, priority: number, lifo: boolean): void => {
  const job = findJob(ledger, jobId);
  if (job === undefined) throw missingJob(jobId, 'changePriority');
  const place = job.state === 'waiting' ? nextPlace(ledger, lifo ? 'front' : 'back') : job.seq;
  ledger.sql.run(
    'UPDATE job SET priority = ?, seq = ? WHERE queue = ? AND id = ?',
    priority,
    place,
    ledger.queue,
    jobId,
  );
};

export const updateData = ({ sql, queue }: Ledger, jobId: string, data: string): void => {
  if (sql.run('UPDATE job SET data = ? WHERE queue = ? AND id = ?', data, queue, jobId) === 0)
    throw missingJob(jobId, 'updateData');
};

export const updateProgress = (ledger: Ledger, jobId: string, progress: JobProgress): void => {
  const { sql, queue } = ledger;
  const text = JSON.stringify(progress);
  if (sql.run('UPDATE job SET progress = ? WHERE queue = ? AND id = ?', text, queue, jobId) === 0)
    throw missingJob(jobId, 'updateProgress');
  emit(ledger, 'progress', { jobId, data: text });
};

const requireState = (ledger: Ledger, jobId: string, state: JobRow['state'], operation: string): void => {
  const job = findJob(ledger, jobId);
  if (job === undefined) throw missingJob(jobId, operation);
  if (job.state !== state) throw wrongState(jobId, state, operation);
};
