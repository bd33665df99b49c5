import type { JobJson, JobState, JobType } from 'bullmq';
import { countJobs, countPriorities, isFinished, isInList, listJobs, stateOf } from './census.ts';
import { holderOf } from './deduplication.ts';
import { readLogs } from './job-log.ts';
import { findJob, toJobJson } from './job-row.ts';
import { isMaxed, readAllMeta, readMeta } from './meta.ts';
import type { QueueFile } from './queue-file.ts';
import { rateLimitLeft } from './rate-limit.ts';
import { countSchedulers, describeScheduler, listSchedulers } from './schedulers.ts';
import type { Ledger } from './sql.ts';
import { WithoutFlows } from './without-flows.ts';

/** The part of BullMQ's `IQueueBackend` that only looks; no look waits for a write. */
export abstract class QueueReads extends WithoutFlows {
  /** The queue's name is all there is to its identity: a file has no key prefixes. */
  readonly qualifiedName: string;
  protected readonly file: QueueFile;

  constructor(file: QueueFile, queue: string) {
    super();
    this.file = file;
    this.qualifiedName = queue;
  }

  getState(jobId: string): Promise<JobState | 'unknown'> {
    return this.look((ledger) => stateOf(ledger, jobId));
  }

  isFinished(jobId: string, returnValue?: boolean): Promise<number | [number, string]> {
    return this.look((ledger) => {
      const answer = isFinished(ledger, jobId);
      return returnValue === true ? answer : answer[0];
    });
  }

  isMaxed(): Promise<boolean> {
    return this.look(isMaxed);
  }

  isJobInState(state: string, jobId: string): Promise<boolean> {
    return this.look((ledger) => isInList(ledger, state, jobId));
  }

  getJobData(jobId: string): Promise<JobJson | undefined> {
    return this.look((ledger) => {
      const row = findJob(ledger, jobId);
      return row === undefined ? undefined : toJobJson(row);
    });
  }

  getDeduplicationJobId(deduplicationId: string): Promise<string | null> {
    return this.look((ledger) => holderOf(ledger, deduplicationId));
  }

  getJobLogs(jobId: string, start: number, end: number, asc: boolean): Promise<{ logs: string[]; count: number }> {
    return this.look((ledger) => readLogs(ledger, jobId, start, end, asc));
  }

  getRateLimitTtl(maxJobs = 0): Promise<number> {
    return this.look((ledger) => rateLimitLeft(ledger, maxJobs));
  }

  getCounts(types: JobType[], delayedTimestamp?: number): Promise<number[]> {
    return this.look((ledger) => countJobs(ledger, types, delayedTimestamp));
  }

  getCountsPerPriority(priorities: number[]): Promise<number[]> {
    return this.look((ledger) => countPriorities(ledger, priorities));
  }

  getRanges(types: JobType[], start = 0, end = -1, asc = false): Promise<[string][]> {
    return this.look((ledger) => types.map((type) => listJobs(ledger, type, start, end, asc) as [string]));
  }

  getQueueMetaField(field: string): Promise<string | null> {
    return this.look((ledger) => readMeta(ledger, [field])[0] ?? null);
  }

  getQueueMetaFields(fields: string[]): Promise<(string | null)[]> {
    return this.look((ledger) => readMeta(ledger, fields));
  }

  getQueueMeta(): Promise<Record<string, string>> {
    return this.look(readAllMeta);
  }

  hasQueueMetaField(field: string): Promise<boolean> {
    return this.look((ledger) => readMeta(ledger, [field])[0] !== null);
  }

  getJobScheduler(id: string): Promise<[string[] | null, string | null]> {
    return this.look((ledger) => {
      const found = describeScheduler(ledger, id);
      return found === null ? [null, null] : [Object.entries(found.fields).flat(), String(found.nextRun)];
    });
  }

  getJobSchedulerData(id: string): Promise<Record<string, string>> {
    return this.look((ledger) => describeScheduler(ledger, id)?.fields ?? {});
  }

  isJobScheduler(id: string): Promise<boolean> {
    return this.look((ledger) => describeScheduler(ledger, id) !== null);
  }

  getJobSchedulersRange(start: number, end: number, asc: boolean): Promise<string[]> {
    return this.look((ledger) =>
      listSchedulers(ledger, start, end, asc).flatMap(({ id, next_run }) => [id, String(next_run)]),
    );
  }

  getJobSchedulersCount(): Promise<number> {
    return this.look(countSchedulers);
  }

  protected read<T>(look: (ledger: Ledger) => T): T {
    return this.file.read(this.qualifiedName, look);
  }

  /** A look whose failure is a rejection, as BullMQ expects of every operation. */
  protected async look<T>(look: (ledger: Ledger) => T): Promise<T> {
    return Promise.resolve(this.read(look));
  }
}
