import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { advance, type Progress } from '../core/jobs/progress.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database, type Transaction } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { conflict, notFound } from '../platform/http/problem.ts';
import { JobSurroundings } from './job-surroundings.ts';
import type { Job, JobStep } from './job.entity.ts';
import { presentJob } from './jobs.schema.ts';
import { JobsStore } from './jobs.store.ts';

/** A job as it is after what a person did to it. */
export type Changed = { readonly job: Job; readonly steps: readonly JobStep[] };

/** What a person may do to a job that has not ended: cancel it. */
@Injectable()
export class ChangeJob {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsStore,
    private readonly surroundings: JobSurroundings,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** A queued job is cancelled at once; a running one turns back at the next border of a step and undoes what it did. */
  async cancel(caller: Caller, id: string): Promise<Changed> {
    return this.database.write(async (tx) => {
      const { job, steps } = await this.demand(tx, caller, id);
      const next = advance(progressOf(job, steps), { kind: 'cancel-requested' });
      if (!next.ok)
        throw conflict(
          'job_not_cancellable',
          `A job that is ${job.state}${job.direction === 'backward' ? ' and undoing' : ''} cannot be cancelled.`,
        );
      const at = this.clock.now();
      const ended = next.value.state === 'cancelled';
      const changed: Job = {
        ...job,
        state: next.value.state,
        cancelRequested: true,
        endedAt: ended ? at : null,
        version: job.version + 1,
      };
      if (ended) {
        await this.jobs.updateJob(tx, changed);
        await this.surroundings.release(tx, job);
        await this.jobs.appendEvent(tx, { jobId: id, at, kind: 'job', data: presentJob(changed, steps) });
      } else await this.jobs.requestCancel(tx, id);
      await this.audit.record(tx, caller.actor, job.customerId, {
        kind: 'job.cancelled',
        data: { jobId: id, jobKind: job.kind },
      });
      return { job: changed, steps };
    });
  }

  private async demand(tx: Transaction, { scope }: Caller, id: string): Promise<Changed> {
    const job = await this.jobs.find(tx, scope, id);
    if (!job) throw notFound('job');
    return { job, steps: await this.jobs.stepsOf(tx, id) };
  }
}

export const progressOf = ({ state, direction, cancelRequested }: Job, steps: readonly JobStep[]): Progress => ({
  state,
  direction,
  cancelRequested,
  steps,
});
