import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { advance, type Progress } from '../core/jobs/progress.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database, type Transaction } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { conflict, notFound } from '../platform/http/problem.ts';
import { WorkQueue } from '../platform/queue/queue.ts';
import { JobSurroundings } from './job-surroundings.ts';
import type { Job, JobStep } from './job.entity.ts';
import { presentJob } from './jobs.schema.ts';
import { JobsStore } from './jobs.store.ts';
import { RUN_JOB } from './waking.ts';

type Changed = { readonly job: Job; readonly steps: readonly JobStep[] };

/** What a person may do to a job that exists: cancel it, or have a frozen one go on. */
@Injectable()
export class ChangeJob {
  constructor(
    private readonly database: Database,
    private readonly jobs: JobsStore,
    private readonly surroundings: JobSurroundings,
    private readonly audit: AuditStore,
    private readonly queue: WorkQueue,
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

  /** A frozen job goes on undoing where it stopped, once a person has mended what stood in its way. */
  async retry(caller: Caller, id: string): Promise<Changed> {
    const changed = await this.database.write(async (tx) => {
      const { job, steps } = await this.demand(tx, caller, id);
      const next = advance(progressOf(job, steps), { kind: 'retried' });
      if (!next.ok)
        throw conflict(
          'job_not_frozen',
          `Only a frozen job can be retried; this one is ${job.state}. Ask for a new one instead.`,
        );
      const thawed: Job = { ...job, state: next.value.state, endedAt: null, version: job.version + 1 };
      const thawedSteps = steps.map((step) => ({
        ...step,
        state: next.value.steps.find((moved) => moved.position === step.position)?.state ?? step.state,
      }));
      await this.jobs.updateJob(tx, thawed);
      for (const step of thawedSteps) await this.jobs.updateStep(tx, step);
      await this.jobs.appendEvent(tx, {
        jobId: id,
        at: this.clock.now(),
        kind: 'job',
        data: presentJob(thawed, thawedSteps),
      });
      await this.audit.record(tx, caller.actor, job.customerId, {
        kind: 'job.retried',
        data: { jobId: id, jobKind: job.kind },
      });
      return { job: thawed, steps: thawedSteps };
    });
    await this.queue.wake(RUN_JOB, id);
    return changed;
  }

  private async demand(tx: Transaction, { scope }: Caller, id: string): Promise<Changed> {
    const job = await this.jobs.find(tx, scope, id);
    if (!job) throw notFound('job');
    return { job, steps: await this.jobs.stepsOf(tx, id) };
  }
}

const progressOf = ({ state, direction, cancelRequested }: Job, steps: readonly JobStep[]): Progress => ({
  state,
  direction,
  cancelRequested,
  steps,
});
