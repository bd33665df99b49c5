import { ErrorCode, type JobsOptions, type RepeatableOptions } from 'bullmq';
import { insertJob } from './add.ts';
import { letGoAtRemoval } from './deduplication.ts';
import { emit } from './events.ts';
import { deleteJob, findJob } from './job-row.ts';
import { nextSlot } from './next-slot.ts';
import { JobRefusal } from './refusals.ts';
import type { Ledger } from './sql.ts';

/** How many slots ahead are searched for a free one (BullMQ's `addJobScheduler`), where old jobs of the same name lie in the way. */
const SLOTS_SEARCHED = 32;

interface SchedulerRow {
  readonly id: string;
  readonly next_run: number;
  readonly iterations: number;
  readonly every: number | null;
  readonly offset: number | null;
  /** The fields of `RepeatableOptions` that nothing is computed from, as JSON. */
  readonly details: string;
  readonly data: string;
  readonly opts: string;
}

/** What BullMQ hands over when a schedule is set or changed. */
export interface Schedule {
  readonly id: string;
  /** The next run as BullMQ computed it from the pattern; of no account where `every` is set. */
  readonly nextMillis: number;
  readonly data: string;
  /** The options every job of the schedule begins from. */
  readonly templateOpts: JobsOptions;
  readonly repeat: RepeatableOptions;
  /** The options of the one job that is made now. */
  readonly jobOpts: JobsOptions;
}

const find = ({ sql, queue }: Ledger, id: string): SchedulerRow | undefined =>
  sql.first<SchedulerRow>('SELECT * FROM scheduler WHERE queue = ? AND id = ?', queue, id);

/** BullMQ's name for the job of one run of a schedule. */
const jobIdOf = (schedulerId: string, run: number): string => `repeat:${schedulerId}:${run}`;

/**
 * Sets or changes a schedule and makes the job of its next run, in place of the one that waited for it.
 * Out: that job's id and how many milliseconds it is delayed. Throws `JobRefusal` when jobs lie in all the slots ahead.
 */
export const upsertScheduler = (ledger: Ledger, schedule: Schedule): [jobId: string, delay: number] => {
  const before = find(ledger, schedule.id);
  const removed =
    before !== undefined && removePending(ledger, jobIdOf(schedule.id, before.next_run), ['waiting', 'delayed']);
  const { run, offset } = plannedRun(ledger, schedule, before, removed);
  const free = freeSlot(ledger, schedule, run);
  const jobId = jobIdOf(schedule.id, free);
  storeScheduler(ledger, schedule, free, removed ? (before.offset ?? offset) : offset);
  const delay = Math.max(0, free - ledger.now);
  addIteration(ledger, schedule.repeat.name, schedule.data, { ...schedule.jobOpts, delay }, jobId, schedule.id);
  return [jobId, delay];
};

const plannedRun = (
  ledger: Ledger,
  { repeat, nextMillis, jobOpts }: Schedule,
  before: SchedulerRow | undefined,
  removed: boolean,
): { run: number; offset: number | null } => {
  const { every } = repeat;
  if (every === undefined) return { run: nextMillis, offset: null };
  const samePace = before?.every === every;
  const offset = repeat.offset ?? offsetIn(jobOpts);
  const slot = nextSlot({
    every,
    previous: samePace ? before.next_run : null,
    now: ledger.now,
    offset,
    startDate: repeat.startDate,
  });
  // A job that still waited for its hour keeps it: a restart of the service does not move the schedule.
  return removed && samePace ? { run: before.next_run, offset: slot.offset } : slot;
};

const offsetIn = (opts: JobsOptions): number => {
  const repeat = (opts as { repeat?: { offset?: number | null } }).repeat;
  return repeat?.offset ?? 0;
};

const freeSlot = (ledger: Ledger, { id, repeat }: Schedule, run: number): number => {
  const isFree = (slot: number): boolean => findJob(ledger, jobIdOf(id, slot)) === undefined;
  if (isFree(run)) return run;
  if (repeat.every === undefined)
    throw new JobRefusal(
      ErrorCode.SchedulerJobIdCollision,
      'Cannot create job scheduler iteration - job ID already exists. addJobScheduler',
    );
  for (let step = 1; step <= SLOTS_SEARCHED; step++)
    if (isFree(run + step * repeat.every)) return run + step * repeat.every;
  throw new JobRefusal(
    ErrorCode.SchedulerJobSlotsBusy,
    'Cannot create job scheduler iteration - current and next time slots already have jobs. addJobScheduler',
  );
};

const storeScheduler = ({ sql, queue }: Ledger, schedule: Schedule, nextRun: number, offset: number | null): void => {
  const { every, name, startDate, endDate, tz, limit, pattern } = schedule.repeat;
  sql.run(
    `INSERT INTO scheduler (queue, id, next_run, iterations, every, "offset", details, data, opts) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET next_run = excluded.next_run, iterations = 1, every = excluded.every,
       "offset" = excluded."offset", details = excluded.details, data = excluded.data, opts = excluded.opts`,
    queue,
    schedule.id,
    nextRun,
    every ?? null,
    offset,
    JSON.stringify({ name, startDate, endDate, tz, limit, pattern }),
    schedule.data,
    JSON.stringify(schedule.templateOpts),
  );
};

/**
 * Makes the job of the run after the one that has just begun.
 * In: the id of the job that begins; any other than the schedule's current one makes nothing, and so does a schedule that is
 * gone. Out: the new job's id, or null.
 */
export const scheduleNext = (
  ledger: Ledger,
  next: { id: string; nextMillis: number; jobOpts: JobsOptions; beganWith: string | undefined },
): string | null => {
  const scheduler = find(ledger, next.id);
  if (scheduler === undefined || next.beganWith !== jobIdOf(next.id, scheduler.next_run)) return null;
  const run = runAfter(ledger, scheduler, next.nextMillis);
  const jobId = jobIdOf(next.id, run);
  if (findJob(ledger, jobId) !== undefined) {
    emit(ledger, 'duplicated', { jobId });
    return null;
  }
  ledger.sql.run(
    'UPDATE scheduler SET next_run = ?, iterations = iterations + 1 WHERE queue = ? AND id = ?',
    run,
    ledger.queue,
    next.id,
  );
  const { name } = JSON.parse(scheduler.details) as { name: string };
  addIteration(ledger, name, scheduler.data, { ...next.jobOpts, delay: Math.max(0, run - ledger.now) }, jobId, next.id);
  return jobId;
};

const runAfter = (ledger: Ledger, { every, next_run, offset }: SchedulerRow, nextMillis: number): number =>
  every === null
    ? nextMillis
    : nextSlot({ every, previous: next_run, now: ledger.now, offset: offset ?? 0, startDate: undefined }).run;

const addIteration = (
  ledger: Ledger,
  name: string,
  data: string,
  opts: JobsOptions,
  jobId: string,
  schedulerId: string,
): void => {
  const job = { id: jobId, name, data, opts: { ...opts, jobId }, timestamp: ledger.now, repeatJobKey: schedulerId };
  const unstarted = {
    progress: 0,
    attemptsMade: 0,
    attemptsStarted: 0,
    stalledCounter: 0,
    failedReason: '',
    returnvalue: '',
  };
  insertJob(ledger, { ...unstarted, ...job }, jobId);
};

/**
 * Ends a schedule and removes the job that waits for the hour of its next run; one that is in line already still runs, as in
 * Redis, and is the last. Out: 0 when there was a schedule, else 1 (BullMQ's way round).
 */
export const removeScheduler = (ledger: Ledger, id: string): number => {
  const scheduler = find(ledger, id);
  if (scheduler === undefined) return 1;
  const jobId = jobIdOf(id, scheduler.next_run);
  if (removePending(ledger, jobId, ['delayed'])) emit(ledger, 'removed', { jobId, prev: 'delayed' });
  ledger.sql.run('DELETE FROM scheduler WHERE queue = ? AND id = ?', ledger.queue, id);
  return 0;
};

/** Removes a job that has not begun, if it is in one of the states. Out: whether it did. */
const removePending = (ledger: Ledger, jobId: string, states: readonly string[]): boolean => {
  const job = findJob(ledger, jobId);
  if (job === undefined || !states.includes(job.state)) return false;
  letGoAtRemoval(ledger, job.deduplication_id, jobId);
  return deleteJob(ledger, jobId) > 0;
};

/** Whether the job is the one that carries its schedule on; without it the schedule would end. */
export const carriesSchedule = (ledger: Ledger, job: { id: string; scheduler_id: string | null }): boolean => {
  const scheduler = job.scheduler_id === null ? undefined : find(ledger, job.scheduler_id);
  return scheduler !== undefined && job.id === jobIdOf(scheduler.id, scheduler.next_run);
};

/** A schedule as the fields of BullMQ's Redis hash, and its next run; null where there is none. */
export const describeScheduler = (
  ledger: Ledger,
  id: string,
): { fields: Record<string, string>; nextRun: number } | null => {
  const row = find(ledger, id);
  if (row === undefined) return null;
  const details = JSON.parse(row.details) as Record<string, string | number>;
  const known = {
    ...details,
    ic: row.iterations,
    every: row.every,
    offset: row.offset,
    data: withoutEmpty(row.data),
    opts: withoutEmpty(row.opts),
  };
  const fields = Object.entries(known).filter(([, value]) => value !== null);
  return { fields: Object.fromEntries(fields.map(([field, value]) => [field, String(value)])), nextRun: row.next_run };
};

const withoutEmpty = (json: string): string | null => (json === '{}' ? null : json);

/** The ids of the schedules and their next runs, in the order of those runs. */
export const listSchedulers = (
  { sql, queue }: Ledger,
  start: number,
  end: number,
  ascending: boolean,
): { id: string; next_run: number }[] =>
  sql.all(
    `SELECT id, next_run FROM scheduler WHERE queue = ? ORDER BY next_run ${ascending ? 'ASC' : 'DESC'} LIMIT ? OFFSET ?`,
    queue,
    end < 0 ? -1 : end - start + 1,
    start,
  );

export const countSchedulers = ({ sql, queue }: Ledger): number =>
  sql.first<{ count: number }>('SELECT count(*) AS count FROM scheduler WHERE queue = ?', queue)?.count ?? 0;
