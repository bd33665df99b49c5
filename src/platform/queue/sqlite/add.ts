import type { JobJson } from 'bullmq';
import { deduplicate } from './deduplication.ts';
import { emit } from './events.ts';
import { findJob, nextCount, nextPlace } from './job-row.ts';
import { UnsupportedQueueFeature } from './refusals.ts';
import type { Ledger } from './sql.ts';

/**
 * Adds a job, waiting or delayed as its options say.
 * In: `jobId`, when the producer chose one. Out: the job's id; of the job that is there already, where one has the id or
 * holds the deduplication id.
 */
export const addJob = (ledger: Ledger, job: JobJson, jobId: string | undefined): string => {
  if (job.parentKey !== undefined || job.parent !== undefined)
    throw new UnsupportedQueueFeature('flows (a job with a parent)');
  const counted = String(nextCount(ledger, 'id'));
  const id = jobId === undefined || jobId === '' ? counted : jobId;
  if (findJob(ledger, id) !== undefined) {
    emit(ledger, 'duplicated', { jobId: id });
    return id;
  }
  const holder = deduplicate(ledger, job, id);
  if (holder !== null) return holder;
  insertJob(ledger, job, id);
  return id;
};

/** Writes the row of a new job and tells those who follow. A delayed job is due `delay` milliseconds after its timestamp. */
export const insertJob = (ledger: Ledger, job: JobJson, id: string): void => {
  const delay = Math.max(0, job.delay ?? job.opts.delay ?? 0);
  const dueAt = delay > 0 ? job.timestamp + delay : null;
  ledger.sql.run(
    `INSERT INTO job (queue, id, seq, state, name, data, opts, priority, delay, added_at, due_at, deduplication_id, scheduler_id)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ledger.queue,
    id,
    nextPlace(ledger, job.opts.lifo === true ? 'front' : 'back'),
    dueAt === null ? 'waiting' : 'delayed',
    job.name,
    job.data,
    JSON.stringify(job.opts),
    job.opts.priority ?? 0,
    delay,
    job.timestamp,
    dueAt,
    job.deduplicationId ?? null,
    job.repeatJobKey ?? null,
  );
  emit(ledger, 'added', { jobId: id, name: job.name });
  if (dueAt === null) emit(ledger, 'waiting', { jobId: id });
  else emit(ledger, 'delayed', { jobId: id, delay: dueAt });
};
