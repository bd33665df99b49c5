import type { JobJson, JobProgress, JobsOptions } from 'bullmq';
import type { Ledger } from './sql.ts';

export type RowState = 'waiting' | 'delayed' | 'active' | 'completed' | 'failed';

/** A row of the table `job`, as SQLite hands it out. Times are milliseconds since 1970. */
export interface JobRow {
  readonly id: string;
  readonly seq: number;
  readonly state: RowState;
  readonly name: string;
  readonly data: string;
  readonly opts: string;
  readonly priority: number;
  readonly delay: number;
  readonly added_at: number;
  readonly due_at: number | null;
  readonly processed_at: number | null;
  readonly finished_at: number | null;
  readonly attempts_made: number;
  readonly attempts_started: number;
  readonly stalled_counter: number;
  readonly lock_token: string | null;
  readonly locked_until: number | null;
  readonly processed_by: string | null;
  readonly progress: string | null;
  readonly return_value: string | null;
  readonly failed_reason: string | null;
  readonly stacktrace: string | null;
  readonly deferred_failure: string | null;
  readonly deduplication_id: string | null;
  readonly scheduler_id: string | null;
}

/** Out: the job's row, or undefined where there is none. */
export const findJob = ({ sql, queue }: Ledger, jobId: string): JobRow | undefined =>
  sql.first<JobRow>('SELECT * FROM job WHERE queue = ? AND id = ?', queue, jobId);

/** Removes a job's row, and its log with it. Out: how many rows there were. */
export const deleteJob = ({ sql, queue }: Ledger, jobId: string): number =>
  sql.run('DELETE FROM job WHERE queue = ? AND id = ?', queue, jobId);

/** The next number of one of the queue's own counters, from 1. */
export const nextCount = ({ sql, queue }: Ledger, name: 'id' | 'seq'): number => {
  const row = sql.first<{ value: number }>(
    'INSERT INTO counter VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value',
    queue,
    name,
  );
  return row?.value ?? 1;
};

/** A place behind all that wait, or before them all: later numbers come later, and each negative one stands before the last. */
export const nextPlace = (ledger: Ledger, end: 'back' | 'front'): number =>
  end === 'back' ? nextCount(ledger, 'seq') : -nextCount(ledger, 'seq');

/** The row in the shape in which BullMQ's `Job.fromJSON` takes it. */
export const toJobJson = (row: JobRow): JobJson => {
  const optional = {
    finishedOn: row.finished_at,
    processedOn: row.processed_at,
    failedReason: row.failed_reason,
    stacktrace: row.stacktrace,
    returnvalue: row.return_value,
    repeatJobKey: row.scheduler_id,
    deduplicationId: row.deduplication_id,
    deferredFailure: row.deferred_failure,
    processedBy: row.processed_by,
  };
  return {
    id: row.id,
    name: row.name,
    data: row.data,
    opts: JSON.parse(row.opts) as JobsOptions,
    progress: row.progress === null ? 0 : (JSON.parse(row.progress) as JobProgress),
    attemptsMade: row.attempts_made,
    attemptsStarted: row.attempts_started,
    stalledCounter: row.stalled_counter,
    timestamp: row.added_at,
    delay: row.delay,
    priority: row.priority,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
  } as JobJson;
};
