import { wrongState } from './refusals.ts';
import { findJob, type JobRow } from './job-row.ts';
import { retryFinished } from './return-to-line.ts';
import { promote } from './claim.ts';
import type { Ledger } from './sql.ts';

interface List {
  readonly rows: string;
  /** A list in Redis: BullMQ turns what it gets of one around when it asks for the oldest first (queue-getters.ts, `getRanges`). */
  readonly turned?: true;
  /** The order in which BullMQ lists the jobs, oldest first. */
  readonly order: string;
}

/** BullMQ's lists of jobs, and the rows each stands for. `paused` is always empty: a pause moves no job. */
const LISTS: Readonly<Record<string, List>> = {
  wait: { rows: "state = 'waiting' AND priority = 0", order: 'seq', turned: true },
  waiting: { rows: "state = 'waiting' AND priority = 0", order: 'seq', turned: true },
  prioritized: { rows: "state = 'waiting' AND priority > 0", order: 'priority, seq' },
  delayed: { rows: "state = 'delayed'", order: 'due_at, seq' },
  active: { rows: "state = 'active'", order: 'processed_at, seq', turned: true },
  completed: { rows: "state = 'completed'", order: 'finished_at, seq' },
  failed: { rows: "state = 'failed'", order: 'finished_at, seq' },
};

const countRows = ({ sql, queue }: Ledger, condition: string, ...values: number[]): number =>
  sql.first<{ count: number }>(`SELECT count(*) AS count FROM job WHERE queue = ? AND ${condition}`, queue, ...values)
    ?.count ?? 0;

/** How many jobs each list holds; of the delayed, when `dueBefore` is given, only those due before it. */
export const countJobs = (ledger: Ledger, types: readonly string[], dueBefore: number | undefined): number[] =>
  types.map((type) => {
    const list = LISTS[type];
    if (list === undefined) return 0;
    if (type === 'delayed' && dueBefore !== undefined)
      return countRows(ledger, `${list.rows} AND due_at < ?`, dueBefore);
    return countRows(ledger, list.rows);
  });

/** How many jobs wait with each of the priorities. */
export const countPriorities = (ledger: Ledger, priorities: readonly number[]): number[] =>
  priorities.map((priority) => countRows(ledger, "state = 'waiting' AND priority = ?", priority));

/** The ids in one list from `start` to `end` (-1: the last), counted from the oldest when `ascending`, in the order BullMQ expects. */
export const listJobs = (
  { sql, queue }: Ledger,
  type: string,
  start: number,
  end: number,
  ascending: boolean,
): string[] => {
  const list = LISTS[type];
  if (list === undefined) return [];
  const order = ascending
    ? list.order
    : list.order.replace(/\b(priority|seq|due_at|processed_at|finished_at)\b/g, '$1 DESC');
  const rows = sql.all<{ id: string }>(
    `SELECT id FROM job WHERE queue = ? AND ${list.rows} ORDER BY ${order} LIMIT ? OFFSET ?`,
    queue,
    end < 0 ? -1 : Math.max(0, end - start + 1),
    start,
  );
  const ids = rows.map(({ id }) => id);
  return ascending && list.turned === true ? ids.reverse() : ids;
};

/** Where a job stands, in BullMQ's words. */
export const stateOf = (ledger: Ledger, jobId: string): JobRow['state'] | 'prioritized' | 'unknown' => {
  const job = findJob(ledger, jobId);
  if (job === undefined) return 'unknown';
  return job.state === 'waiting' && job.priority > 0 ? 'prioritized' : job.state;
};

/** Whether a job is in a list. */
export const isInList = (ledger: Ledger, type: string, jobId: string): boolean => {
  const state = stateOf(ledger, jobId);
  return state === type || (type === 'wait' && state === 'waiting');
};

/** BullMQ's answer to "has it ended": 0 no, 1 completed, 2 failed, -1 gone; with the result, or the reason. */
export const isFinished = (ledger: Ledger, jobId: string): [status: number, outcome: string] => {
  const job = findJob(ledger, jobId);
  if (job === undefined) return [-1, `Missing key for job ${jobId}. isFinished`];
  if (job.state === 'completed') return [1, job.return_value ?? 'null'];
  return job.state === 'failed' ? [2, job.failed_reason ?? ''] : [0, ''];
};

/** Puts up to `count` jobs that ended in `state` by `timestamp` back into line. Out: 0 when none is left, else 1. */
export const retryMany = (ledger: Ledger, state: 'completed' | 'failed', count: number, timestamp: number): number => {
  const asBefore = { lifo: false, resetAttemptsMade: false, resetAttemptsStarted: false };
  return forSome(ledger, state, 'finished_at <= ?', [timestamp], count, (id) =>
    retryFinished(ledger, id, state, asBefore),
  );
};

/** Lets up to `count` delayed jobs run as soon as they can. Out: 0 when none is left, else 1. */
export const promoteMany = (ledger: Ledger, count: number): number =>
  forSome(ledger, 'delayed', 'true', [], count, (id) => promote(ledger, id));

const forSome = (
  { sql, queue }: Ledger,
  type: string,
  condition: string,
  values: readonly number[],
  count: number,
  act: (jobId: string) => void,
): number => {
  const list = LISTS[type];
  if (list === undefined) throw wrongState('*', type, 'moveJobsToWait');
  const found = sql.all<{ id: string }>(
    `SELECT id FROM job WHERE queue = ? AND ${list.rows} AND ${condition} ORDER BY ${list.order} LIMIT ?`,
    queue,
    ...values,
    count,
  );
  for (const { id } of found) act(id);
  return found.length < count ? 0 : 1;
};
