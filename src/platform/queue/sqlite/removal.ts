import { ErrorCode } from 'bullmq';
import { letGoAtRemoval } from './deduplication.ts';
import { emit } from './events.ts';
import { deleteJob, findJob, type JobRow } from './job-row.ts';
import { isLocked } from './locks.ts';
import { JobRefusal } from './refusals.ts';
import { carriesSchedule } from './schedulers.ts';
import type { Ledger } from './sql.ts';

/** The lists BullMQ's `clean` knows, and the rows each stands for; the age of a job is read from `aged`. */
const CLEANABLE = {
  wait: { rows: "state = 'waiting' AND priority = 0", aged: 'coalesce(processed_at, added_at)' },
  paused: { rows: "state = 'waiting' AND priority = 0", aged: 'coalesce(processed_at, added_at)' },
  prioritized: { rows: "state = 'waiting' AND priority > 0", aged: 'added_at' },
  delayed: { rows: "state = 'delayed'", aged: 'coalesce(processed_at, added_at)' },
  active: { rows: "state = 'active'", aged: 'coalesce(processed_at, added_at)' },
  completed: { rows: "state = 'completed'", aged: 'finished_at' },
  failed: { rows: "state = 'failed'", aged: 'finished_at' },
} as const;

const isCleanable = (state: string): state is keyof typeof CLEANABLE => Object.hasOwn(CLEANABLE, state);

/** Removes a job. Out: 1, or 0 while somebody works on it. Throws `JobRefusal` when it carries a schedule on. */
export const removeJob = (ledger: Ledger, jobId: string): number => {
  const job = findJob(ledger, jobId);
  if (job === undefined) return 1;
  if (carriesSchedule(ledger, job))
    throw new JobRefusal(
      ErrorCode.JobBelongsToJobScheduler,
      `Job ${jobId} belongs to a job scheduler and cannot be removed directly. removeJob`,
    );
  if (isLocked(ledger, job)) return 0;
  discard(ledger, job);
  emit(ledger, 'removed', { jobId, prev: job.state });
  return 1;
};

const discard = (ledger: Ledger, job: JobRow): void => {
  letGoAtRemoval(ledger, job.deduplication_id, job.id);
  deleteJob(ledger, job.id);
};

/** Removes the jobs that wait, and with `delayed` those too; the next runs of schedules stay. */
export const drain = (ledger: Ledger, delayed: boolean): void => {
  const states = delayed ? "('waiting', 'delayed')" : "('waiting')";
  const jobs = ledger.sql.all<JobRow>(`SELECT * FROM job WHERE queue = ? AND state IN ${states}`, ledger.queue);
  for (const job of jobs) if (!carriesSchedule(ledger, job)) discard(ledger, job);
};

/** Removes jobs of a state that are as old as `timestamp` or older, `limit` at most (0: all). Out: their ids. */
export const clean = (ledger: Ledger, state: string, timestamp: number, limit: number): string[] => {
  if (!isCleanable(state)) throw new Error(`jobs cannot be cleaned by the state "${state}"`);
  const { rows, aged } = CLEANABLE[state];
  const old = ledger.sql
    .all<JobRow>(
      `SELECT * FROM job WHERE queue = ? AND ${rows} AND ${aged} <= ? ORDER BY ${aged}, seq`,
      ledger.queue,
      timestamp,
    )
    .filter((job) => !isLocked(ledger, job) && !carriesSchedule(ledger, job))
    .slice(0, limit > 0 ? limit : undefined);
  for (const job of old) discard(ledger, job);
  emit(ledger, 'cleaned', { count: old.length });
  return old.map((job) => job.id);
};

/**
 * Destroys a paused queue and all it holds, `count` jobs at a call. Out: 0 when nothing is left, else 1.
 * Throws when it is not paused, or when jobs are active and `force` is not set.
 */
export const obliterate = (ledger: Ledger, { force, count }: { force: boolean; count: number }): number => {
  const { sql, queue } = ledger;
  if (sql.first("SELECT 1 FROM meta WHERE queue = ? AND field = 'paused'", queue) === undefined)
    throw new Error('Cannot obliterate non-paused queue');
  if (!force && sql.first("SELECT 1 FROM job WHERE queue = ? AND state = 'active' LIMIT 1", queue) !== undefined)
    throw new Error('Cannot obliterate queue with active jobs');
  const gone = sql.run('DELETE FROM job WHERE rowid IN (SELECT rowid FROM job WHERE queue = ? LIMIT ?)', queue, count);
  if (gone >= count) return 1;
  for (const table of ['counter', 'meta', 'deduplication', 'rate_limit', 'scheduler', 'event'])
    sql.run(`DELETE FROM ${table} WHERE queue = ?`, queue);
  return 0;
};
