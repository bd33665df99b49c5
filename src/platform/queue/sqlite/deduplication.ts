import type { DeduplicationOptions, JobJson } from 'bullmq';
import { emit } from './events.ts';
import { findJob } from './job-row.ts';
import { UnsupportedQueueFeature } from './refusals.ts';
import type { Ledger } from './sql.ts';

interface Key {
  readonly job_id: string;
  readonly expires_at: number | null;
  readonly next: string | null;
}

/** A job to be added when the one that holds its deduplication id has ended. */
export interface NextJob {
  readonly job: JobJson;
  readonly id: string;
}

/**
 * Lets one job at a time hold a deduplication id: until it ends, or for `ttl` milliseconds. With `keepLastIfActive`, the
 * last job that came while the holder was active is kept, to be added when the holder ends.
 * Out: the id of the job that holds it already, or null when the new job `id` now does (or asked for none).
 */
export const deduplicate = (ledger: Ledger, job: JobJson, id: string): string | null => {
  const wish = job.opts.deduplication;
  if (wish === undefined) return null;
  if (wish.replace === true) throw new UnsupportedQueueFeature('deduplication with `replace`');
  if (wish.reschedule === true) throw new UnsupportedQueueFeature('deduplication with `reschedule`');
  const key = liveKey(ledger, wish.id);
  if (key === undefined || isStale(ledger, key)) {
    hold(ledger, wish, id);
    return null;
  }
  if (wish.keepLastIfActive === true && findJob(ledger, key.job_id)?.state === 'active')
    keepNext(ledger, wish.id, { job, id });
  else if (wish.extend === true) hold(ledger, wish, key.job_id);
  emit(ledger, 'deduplicated', { jobId: key.job_id, deduplicationId: wish.id, deduplicatedJobId: id });
  return key.job_id;
};

/** The id of the job that holds a deduplication id now, or null. */
export const holderOf = (ledger: Ledger, deduplicationId: string): string | null =>
  liveKey(ledger, deduplicationId)?.job_id ?? null;

/**
 * Lets go of the deduplication id of a job that has ended, unless it was taken for a time.
 * Out: the job that was kept to come next, if any; the caller adds it.
 */
export const letGoAtEnd = (ledger: Ledger, deduplicationId: string | null, jobId: string): NextJob | null => {
  if (deduplicationId === null) return null;
  const key = liveKey(ledger, deduplicationId);
  if (key === undefined || key.job_id !== jobId) return null;
  if (key.expires_at !== null) return null;
  forget(ledger, deduplicationId);
  return key.next === null ? null : (JSON.parse(key.next) as NextJob);
};

/** Lets go of the deduplication id of a job that is removed; what was kept to come next is dropped with it. Out: 1 or 0. */
export const letGoAtRemoval = ({ sql, queue }: Ledger, deduplicationId: string | null, jobId: string): number =>
  deduplicationId === null
    ? 0
    : sql.run('DELETE FROM deduplication WHERE queue = ? AND id = ? AND job_id = ?', queue, deduplicationId, jobId);

/** Frees a deduplication id, whoever holds it. Out: 1 or 0. */
export const forget = ({ sql, queue }: Ledger, deduplicationId: string): number =>
  sql.run('DELETE FROM deduplication WHERE queue = ? AND id = ?', queue, deduplicationId);

/** Gives a deduplication id to a job, as its options say. */
export const hold = ({ sql, queue, now }: Ledger, wish: DeduplicationOptions, jobId: string): void => {
  // A job that keeps a successor must hold its id until it ends, however long that takes.
  const timed = wish.ttl !== undefined && wish.ttl > 0 && wish.keepLastIfActive !== true;
  sql.run(
    `INSERT INTO deduplication (queue, id, job_id, expires_at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET job_id = excluded.job_id, expires_at = excluded.expires_at, next = NULL`,
    queue,
    wish.id,
    jobId,
    timed ? now + (wish.ttl ?? 0) : null,
  );
};

const liveKey = ({ sql, queue, now }: Ledger, deduplicationId: string): Key | undefined =>
  sql.first<Key>(
    'SELECT job_id, expires_at, next FROM deduplication WHERE queue = ? AND id = ? AND (expires_at IS NULL OR expires_at > ?)',
    queue,
    deduplicationId,
    now,
  );

/** A key without an end whose job is gone: nothing would ever free it. */
const isStale = (ledger: Ledger, key: Key): boolean =>
  key.expires_at === null && findJob(ledger, key.job_id) === undefined;

const keepNext = ({ sql, queue }: Ledger, deduplicationId: string, next: NextJob): void => {
  sql.run(
    'UPDATE deduplication SET next = ?, expires_at = NULL WHERE queue = ? AND id = ?',
    JSON.stringify(next),
    queue,
    deduplicationId,
  );
};
