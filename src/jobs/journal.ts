import { theJob } from '../core/audit/actor.ts';
import type { Finding } from '../core/finding.ts';
import { advance, type Progress, type ProgressEvent } from '../core/jobs/progress.ts';
import type { Clock } from '../core/time.ts';
import type { Transaction } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import type { Job, JobStep, Lease } from './job.entity.ts';
import { presentJob, presentStep } from './jobs.schema.ts';
import type { JobTools } from './job-tools.ts';

type StepEvent = Extract<ProgressEvent, { position: number }>['kind'];

/** How each event of a step changes its row, beside the state that the state machine gives. */
interface StepChange {
  readonly output?: Readonly<Record<string, unknown>> | null;
  readonly finding?: Finding | null;
}

/**
 * The journal of one running job: each step's intent is durable before its effect, and its outcome after. Every entry is
 * one transaction that also asserts the lease, so a runner that lost it can write nothing more.
 */
export class Journal {
  private readonly tools: JobTools;
  private readonly lease: Lease;
  private currentJob: Job;
  private currentSteps: JobStep[];

  constructor(tools: JobTools, lease: Lease, job: Job, steps: readonly JobStep[]) {
    this.tools = tools;
    this.lease = lease;
    this.currentJob = job;
    this.currentSteps = [...steps];
  }

  get job(): Job {
    return this.currentJob;
  }

  get steps(): readonly JobStep[] {
    return this.currentSteps;
  }

  get progress(): Progress {
    const { state, direction, cancelRequested } = this.currentJob;
    return { state, direction, cancelRequested, steps: this.currentSteps };
  }

  /** The name of the step that is under way: steps that run side by side have one name. */
  get currentStep(): string | null {
    return this.currentSteps.find((step) => step.state === 'running' || step.state === 'undoing')?.name ?? null;
  }

  step(position: number): JobStep {
    const step = this.currentSteps.find((candidate) => candidate.position === position);
    if (!step) throw new Error(`no step ${position} in job ${this.currentJob.id}`);
    return step;
  }

  /** Somebody may have asked for the job's end since the last look. */
  async heed(): Promise<void> {
    const { database, jobs } = this.tools;
    const row = await jobs.find(database.read, EVERYTHING, this.currentJob.id);
    if (row?.cancelRequested && this.currentJob.direction === 'forward')
      this.currentJob = { ...this.currentJob, cancelRequested: true };
  }

  /** The intent to do, or to undo, the steps of a stage. Only after this resolves may anything be done. */
  async begin(kind: 'step-begun' | 'undo-begun', positions: readonly number[]): Promise<void> {
    await this.write(async (tx, at) => {
      const steps = this.moved(kind, positions).map((step) => ({
        ...step,
        attempts: step.attempts + (kind === 'step-begun' ? 1 : 0),
        startedAt: at,
        endedAt: null,
      }));
      for (const step of steps) {
        await this.keepStep(tx, step);
        await this.tools.audit.record(tx, theJob(step.jobId), this.currentJob.customerId, {
          kind: kind === 'step-begun' ? 'step.started' : 'step.undo-started',
          data: { jobId: step.jobId, step: step.name, subject: step.subject, attempt: step.attempts },
        });
      }
      return () => this.adopt(steps);
    });
  }

  /** One more try of a step that is under way. */
  async tryAgain(position: number, finding: Finding): Promise<void> {
    await this.write(async (tx) => {
      const step = { ...this.step(position), attempts: this.step(position).attempts + 1, finding };
      await this.keepStep(tx, step);
      return () => this.adopt([step]);
    });
  }

  /** What became of a step. */
  async settle(
    kind: Exclude<StepEvent, 'step-begun' | 'undo-begun'>,
    position: number,
    change: StepChange = {},
  ): Promise<void> {
    await this.write(async (tx, at) => {
      const steps = this.moved(kind, [position]).map((step) => ({ ...step, ...change, endedAt: at }));
      for (const step of steps) await this.keepStep(tx, step);
      return () => this.adopt(steps);
    });
  }

  /**
   * A change of the job itself.
   * @param finding why it did not go on; a later one says more of what a person should do, and stands
   * @param also what becomes durable together with it
   */
  async turn(
    event: Extract<ProgressEvent, { kind: 'taken' | 'turned-back' | 'ended' | 'halted' }>,
    finding: Finding | null = null,
    also: (tx: Transaction) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    await this.write(async (tx, at) => {
      const progress = legal(this.progress, event);
      const ends = event.kind === 'ended' || event.kind === 'halted';
      const job: Job = {
        ...this.currentJob,
        state: progress.state,
        direction: progress.direction,
        finding: finding ?? this.currentJob.finding,
        startedAt: this.currentJob.startedAt ?? at,
        endedAt: ends ? at : null,
        version: this.currentJob.version + 1,
      };
      await this.tools.jobs.updateJob(tx, job);
      await this.tools.jobs.appendEvent(tx, {
        jobId: job.id,
        at,
        kind: 'job',
        data: presentJob(job, this.currentSteps),
      });
      if (ends) await this.recordEnd(tx, job);
      await also(tx);
      return () => (this.currentJob = job);
    });
  }

  /** Another runner had begun this job. What is done for that on hosts comes after, as everything does. */
  async recordTakeOver(): Promise<void> {
    await this.write(async (tx) => {
      const { id: jobId, kind: jobKind, customerId } = this.currentJob;
      await this.tools.audit.record(tx, theJob(jobId), customerId, {
        kind: 'job.taken-over',
        data: { jobId, jobKind, fence: this.lease.fence },
      });
      return () => undefined;
    });
  }

  private async recordEnd(tx: Transaction, job: Job): Promise<void> {
    await this.tools.audit.record(tx, theJob(job.id), job.customerId, {
      kind: 'job.ended',
      data: { jobId: job.id, jobKind: job.kind, state: job.state, finding: job.finding?.code ?? null },
    });
  }

  private moved(kind: StepEvent, positions: readonly number[]): JobStep[] {
    let progress = this.progress;
    for (const position of positions) progress = legal(progress, { kind, position });
    return this.currentSteps
      .filter((step) => positions.includes(step.position))
      .map((step) => ({
        ...step,
        state: progress.steps.find((moved) => moved.position === step.position)?.state ?? step.state,
      }));
  }

  private async keepStep(tx: Transaction, step: JobStep): Promise<void> {
    await this.tools.jobs.updateStep(tx, step);
    await this.tools.jobs.appendEvent(tx, {
      jobId: step.jobId,
      at: this.tools.clock.now(),
      kind: 'step',
      data: presentStep(step),
    });
  }

  private adopt(steps: readonly JobStep[]): void {
    this.currentSteps = this.currentSteps.map((old) => steps.find((step) => step.position === old.position) ?? old);
  }

  /** Writes one entry; what the journal holds in memory follows only once it is durable. */
  private async write(entry: (tx: Transaction, at: ReturnType<Clock['now']>) => Promise<() => void>): Promise<void> {
    const follow = await this.tools.database.write(async (tx) => {
      await this.tools.leases.hold(tx, this.lease);
      return entry(tx, this.tools.clock.now());
    });
    follow();
    this.tools.bell.ring(this.currentJob.id);
  }
}

/** An illegal event is a fault of ours: better to stop here than to write down what cannot be. */
const legal = (progress: Progress, event: ProgressEvent): Progress => {
  const next = advance(progress, event);
  if (!next.ok) throw new Error(next.findings[0]?.message ?? 'illegal event');
  return next.value;
};
