import { Injectable } from '@nestjs/common';
import type { Finding } from '../core/finding.ts';
import { advance, type Progress } from '../core/jobs/progress.ts';
import type { Caller } from '../platform/http/caller.ts';
import { conflict, notFound } from '../platform/http/problem.ts';
import { WorkQueue } from '../platform/queue/queue.ts';
import { progressOf, type Changed } from './change-job.ts';
import { JobSurroundings } from './job-surroundings.ts';
import { JobTools } from './job-tools.ts';
import type { Job, JobStep } from './job.entity.ts';
import { presentJob } from './jobs.schema.ts';
import { RUN_JOB } from './waking.ts';

/** How a frozen job goes on: in the direction that it had, or backward. */
const WAYS = {
  retried: { audit: 'job.retried', words: 'retried' },
  'undo-requested': { audit: 'job.undo-requested', words: 'undone' },
} as const;

/** What a person has a frozen job do, once what stood in its way is mended. */
@Injectable()
export class ThawJob {
  constructor(
    private readonly tools: JobTools,
    private readonly surroundings: JobSurroundings,
    private readonly queue: WorkQueue,
  ) {}

  /** It goes on where it stopped, in the direction that it had. @throws a problem */
  retry(caller: Caller, id: string): Promise<Changed> {
    return this.thaw(caller, id, 'retried');
  }

  /** It puts back all that it began, or goes on doing so. @throws a problem */
  undo(caller: Caller, id: string): Promise<Changed> {
    return this.thaw(caller, id, 'undo-requested');
  }

  private async thaw(caller: Caller, id: string, way: keyof typeof WAYS): Promise<Changed> {
    const { database, jobs, audit, clock, bell } = this.tools;
    const changed = await database.write(async (tx) => {
      const job = await jobs.find(tx, caller.scope, id);
      if (!job) throw notFound('job');
      const steps = await jobs.stepsOf(tx, id);
      const next = advance(progressOf(job, steps), { kind: way });
      if (!next.ok) throw notFrozen(job, way);
      await this.surroundings.demandUnfrozen(tx);
      const thawed = thawedRows(job, steps, next.value);
      await jobs.updateJob(tx, thawed.job);
      for (const step of thawed.steps) await jobs.updateStep(tx, step);
      const data = presentJob(thawed.job, thawed.steps);
      await jobs.appendEvent(tx, { jobId: id, at: clock.now(), kind: 'job', data });
      await audit.record(tx, caller.actor, job.customerId, {
        kind: WAYS[way].audit,
        data: { jobId: id, jobKind: job.kind },
      });
      return thawed;
    });
    bell.ring(id);
    await this.queue.wake(RUN_JOB, id);
    return changed;
  }
}

const notFrozen = (job: Job, way: keyof typeof WAYS) =>
  conflict(
    'job_not_frozen',
    `Only a frozen job can be ${WAYS[way].words}; this one is ${job.state}. Ask for a new one instead.`,
  );

const thawedRows = (job: Job, steps: readonly JobStep[], next: Progress): Changed => ({
  job: {
    ...job,
    state: next.state,
    direction: next.direction,
    finding: findingAfter(job, steps, next),
    endedAt: null,
    version: job.version + 1,
  },
  steps: steps.map((step) => ({
    ...step,
    state: next.steps.find((moved) => moved.position === step.position)?.state ?? step.state,
  })),
});

/**
 * A job that goes on forward has nothing to explain any more. One that was halted while it undid says again what made it
 * turn back; one that a person has undone says what stopped it.
 */
const findingAfter = (job: Job, steps: readonly JobStep[], next: Progress): Finding | null => {
  if (next.direction === 'forward') return null;
  if (job.direction === 'forward' || job.finding?.code !== 'service_frozen') return job.finding;
  return steps.find((step) => step.finding !== null)?.finding ?? job.finding;
};
