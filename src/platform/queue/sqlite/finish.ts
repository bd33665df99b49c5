import type { KeepJobs } from 'bullmq';
import { insertJob } from './add.ts';
import { isAnyWaiting } from './claim.ts';
import { hold, letGoAtEnd, type NextJob } from './deduplication.ts';
import { emit } from './events.ts';
import { deleteJob, type JobRow } from './job-row.ts';
import { heldJob } from './locks.ts';
import type { Ledger } from './sql.ts';

/** The most jobs one age limit removes at once, where its `limit` says nothing else (as in BullMQ's `moveToFinished`). */
const REMOVED_AT_ONCE = 1_000;

/** How a job ended. */
export interface Ending {
  readonly jobId: string;
  readonly token: string;
  readonly state: 'completed' | 'failed';
  /** The return value as JSON, or why it failed. */
  readonly outcome: string;
  readonly stacktrace: string | undefined;
  readonly keep: Retention;
}

/** How many finished jobs stay (null: all), and for how many seconds (null: for ever). */
export interface Retention {
  readonly count: number | null;
  readonly ageSeconds: number | null;
  readonly limit: number;
}

/** Reads BullMQ's `removeOnComplete`/`removeOnFail`: the job's wish, or else the worker's. */
export const retention = (wish: boolean | number | KeepJobs | undefined, workers: KeepJobs | undefined): Retention => {
  const keep = wish ?? workers ?? false;
  if (typeof keep === 'boolean') return { count: keep ? 0 : null, ageSeconds: null, limit: REMOVED_AT_ONCE };
  if (typeof keep === 'number') return { count: keep < 0 ? null : keep, ageSeconds: null, limit: REMOVED_AT_ONCE };
  const age = 'age' in keep ? keep.age : null;
  const limit = 'limit' in keep ? keep.limit : undefined;
  return { count: keep.count ?? null, ageSeconds: age, limit: limit ?? REMOVED_AT_ONCE };
};

/** Ends an active job. Throws `JobRefusal` when the token does not hold it any longer: its work was then given to another. */
export const finishJob = (ledger: Ledger, ending: Ending): void => {
  const job = heldJob(ledger, ending.jobId, ending.token, 'moveToFinished');
  requeue(ledger, letGoAtEnd(ledger, job.deduplication_id, job.id));
  if (ending.keep.count === 0) deleteJob(ledger, job.id);
  else {
    storeEnding(ledger, ending);
    applyRetention(ledger, ending);
  }
  announce(ledger, ending, job);
};

/** Adds the job that was kept while the one that has just ended was active; it inherits the deduplication id. */
const requeue = (ledger: Ledger, next: NextJob | null): void => {
  if (next === null) return;
  const wish = next.job.opts.deduplication;
  if (wish !== undefined) hold(ledger, wish, next.id);
  insertJob(ledger, { ...next.job, timestamp: ledger.now }, next.id);
};

const storeEnding = ({ sql, queue, now }: Ledger, { jobId, state, outcome, stacktrace }: Ending): void => {
  sql.run(
    `UPDATE job SET state = ?, return_value = ?, failed_reason = coalesce(?, failed_reason), finished_at = ?,
       attempts_made = attempts_made + 1, lock_token = NULL, locked_until = NULL, deferred_failure = NULL,
       stacktrace = coalesce(?, stacktrace)
     WHERE queue = ? AND id = ?`,
    state,
    state === 'completed' ? outcome : null,
    state === 'failed' ? outcome : null,
    now,
    stacktrace ?? null,
    queue,
    jobId,
  );
};

const applyRetention = (ledger: Ledger, { state, keep }: Ending): void => {
  if (keep.ageSeconds !== null)
    removeFinished(ledger, state, 'AND finished_at <= ? ORDER BY finished_at DESC, seq DESC LIMIT ?', [
      ledger.now - keep.ageSeconds * 1_000,
      keep.limit,
    ]);
  if (keep.count !== null)
    removeFinished(ledger, state, 'ORDER BY finished_at DESC, seq DESC LIMIT -1 OFFSET ?', [keep.count]);
};

/** The state stands in the text, not in a parameter, so that the state's own index serves. */
const removeFinished = (
  { sql, queue }: Ledger,
  state: Ending['state'],
  which: string,
  values: readonly number[],
): void => {
  sql.run(
    `DELETE FROM job WHERE queue = ? AND id IN (SELECT id FROM job WHERE queue = ? AND state = '${state}' ${which})`,
    queue,
    queue,
    ...values,
  );
};

const announce = (ledger: Ledger, { state, outcome }: Ending, job: JobRow): void => {
  const field = state === 'completed' ? 'returnvalue' : 'failedReason';
  emit(ledger, state, { jobId: job.id, [field]: outcome, prev: 'active' });
  const attemptsMade = job.attempts_made + 1;
  const attempts = (JSON.parse(job.opts) as { attempts?: number }).attempts ?? 0;
  if (state === 'failed' && attemptsMade >= attempts)
    emit(ledger, 'retries-exhausted', { jobId: job.id, attemptsMade });
};

/** Says that the queue has run dry, when nothing waits and nothing is active. */
export const announceIfDrained = (ledger: Ledger): void => {
  const { sql, queue } = ledger;
  const active = sql.first("SELECT 1 FROM job WHERE queue = ? AND state = 'active' LIMIT 1", queue);
  if (active === undefined && !isAnyWaiting(ledger)) emit(ledger, 'drained');
};
