import type { JobProgress, JobsOptions, MinimalJob, RepeatableOptions } from 'bullmq';
import { promoteMany, retryMany } from './census.ts';
import { forget, letGoAtRemoval } from './deduplication.ts';
import { emit, trimEvents } from './events.ts';
import { addLog, clearLogs } from './job-log.ts';
import { removeMeta, writeMeta } from './meta.ts';
import { QueueReads } from './queue-reads.ts';
import { closeFor, openAgain } from './rate-limit.ts';
import { clean, drain, obliterate, removeJob } from './removal.ts';
import { changeDelay, changePriority, promoteJob, updateData, updateProgress } from './return-to-line.ts';
import { removeScheduler, scheduleNext, upsertScheduler } from './schedulers.ts';
import type { Ledger } from './sql.ts';

/** The part of BullMQ's `IQueueBackend` that changes a queue from outside: its jobs, its settings, its schedules. */
export abstract class QueueChanges extends QueueReads {
  // Changing one job.

  promote(jobId: string): Promise<void> {
    return this.write((ledger) => promoteJob(ledger, jobId));
  }

  changeDelay(jobId: string, delay: number): Promise<void> {
    return this.write((ledger) => changeDelay(ledger, jobId, delay));
  }

  changePriority(jobId: string, priority = 0, lifo = false): Promise<void> {
    return this.write((ledger) => changePriority(ledger, jobId, priority, lifo));
  }

  updateData(job: MinimalJob, data: unknown): Promise<void> {
    return this.write((ledger) => updateData(ledger, job.id ?? '', JSON.stringify(data ?? {})));
  }

  updateProgress(jobId: string, progress: JobProgress): Promise<void> {
    return this.write((ledger) => updateProgress(ledger, jobId, progress));
  }

  addLog(jobId: string, logRow: string, keepLogs?: number): Promise<number> {
    return this.write((ledger) => addLog(ledger, jobId, logRow, keepLogs));
  }

  clearLogs(jobId: string, keepLogs = 0): Promise<void> {
    return this.write((ledger) => clearLogs(ledger, jobId, keepLogs));
  }

  remove(jobId: string): Promise<number> {
    return this.write((ledger) => removeJob(ledger, jobId));
  }

  removeDeduplicationKey(deduplicationId: string, jobId: string): Promise<number> {
    return this.write((ledger) => letGoAtRemoval(ledger, deduplicationId, jobId));
  }

  deleteDeduplicationKey(deduplicationId: string): Promise<number> {
    return this.write((ledger) => forget(ledger, deduplicationId));
  }

  // Changing the whole queue.

  retryFinishedJobs(state: 'completed' | 'failed' = 'failed', count = 1_000, timestamp?: number): Promise<number> {
    return this.write((ledger) => retryMany(ledger, state, count, timestamp ?? ledger.now));
  }

  promoteJobs(count = 1_000): Promise<number> {
    return this.write((ledger) => promoteMany(ledger, count));
  }

  pause(pause: boolean): Promise<void> {
    return this.write((ledger) => {
      if (pause) writeMeta(ledger, { paused: 1 });
      else removeMeta(ledger, ['paused']);
      emit(ledger, pause ? 'paused' : 'resumed');
    });
  }

  drain(delayed: boolean): Promise<void> {
    return this.write((ledger) => drain(ledger, delayed));
  }

  cleanJobsByState(state: string, timestamp: number, limit = 0): Promise<string[]> {
    return this.write((ledger) => clean(ledger, state, timestamp, Number.isFinite(limit) ? limit : 0));
  }

  obliterate(opts: { force: boolean; count: number }): Promise<number> {
    return this.write((ledger) => obliterate(ledger, opts));
  }

  /** A job and its place are one row: there are no orphans. */
  removeOrphanedJobs(): Promise<number> {
    return Promise.resolve(0);
  }

  removeDeprecatedPriorityKey(): Promise<number> {
    return Promise.resolve(0);
  }

  setQueueMeta(values: Record<string, string | number | boolean | undefined>): Promise<number> {
    return this.write((ledger) => writeMeta(ledger, values));
  }

  removeQueueMetaFields(fields: string[]): Promise<number> {
    return this.write((ledger) => removeMeta(ledger, fields));
  }

  setRateLimit(expireTimeMs: number): Promise<void> {
    return this.write((ledger) => closeFor(ledger, expireTimeMs));
  }

  removeRateLimitKey(): Promise<number> {
    return this.write(openAgain);
  }

  // Job schedulers.

  addJobScheduler(
    id: string,
    nextMillis: number,
    data: string,
    templateOpts: JobsOptions,
    repeat: RepeatableOptions,
    jobOpts: JobsOptions,
  ): Promise<[string, number]> {
    return this.write((ledger) => upsertScheduler(ledger, { id, nextMillis, data, templateOpts, repeat, jobOpts }));
  }

  updateJobSchedulerNextMillis(
    id: string,
    nextMillis: number,
    _templateData: string,
    jobOpts: JobsOptions,
    producerId?: string,
  ): Promise<string | null> {
    return this.write((ledger) => scheduleNext(ledger, { id, nextMillis, jobOpts, beganWith: producerId }));
  }

  removeJobScheduler(id: string): Promise<number> {
    return this.write((ledger) => removeScheduler(ledger, id));
  }

  trimEvents(maxLength: number): Promise<number> {
    return this.write((ledger) => trimEvents(ledger, maxLength));
  }

  publishEvent({ event, ...fields }: Record<string, string | number>): Promise<string> {
    return this.write((ledger) => emit(ledger, String(event), fields));
  }

  /** One transaction; its outcome is durable when the promise resolves. */
  protected write<T>(work: (ledger: Ledger) => T): Promise<T> {
    return this.file.write(this.qualifiedName, work);
  }
}
