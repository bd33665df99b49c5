import { Inject, Injectable } from '@nestjs/common';
import { error } from '../core/finding.ts';
import { isAllowed, refusal, type Plan } from '../core/jobs/plan.ts';
import type { Clock } from '../core/time.ts';
import { HostSession } from '../hosts/host-session.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import type { Caller } from '../platform/http/caller.ts';
import { badRequest, conflict, refused } from '../platform/http/problem.ts';
import { WorkQueue } from '../platform/queue/queue.ts';
import { hostsOf, type JobKind, type JobTarget } from './job-kind.ts';
import { ConnectionShelf, type JobConnections } from './connection-shelf.ts';
import { JobKinds } from './job-kinds.ts';
import type { Job, JobStep } from './job.entity.ts';
import type { NewJob } from './jobs.schema.ts';
import { JobSurroundings } from './job-surroundings.ts';
import { Transcriber } from './transcriber.ts';
import { RUN_JOB } from './waking.ts';

export type Requested =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'job'; readonly job: Job; readonly steps: readonly JobStep[] };

/** What a job's rows are made of. */
interface Draft {
  readonly id: string;
  readonly asked: NewJob;
  readonly kind: JobKind;
  readonly options: unknown;
  readonly target: JobTarget;
}

@Injectable()
export class RequestJob {
  constructor(
    private readonly stores: JobSurroundings,
    private readonly kinds: JobKinds,
    private readonly shelf: ConnectionShelf,
    private readonly transcriber: Transcriber,
    private readonly queue: WorkQueue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Plans a job, and unless it is a dry run or the plan refuses, puts it on record and wakes a worker.
   * @throws a problem: 404 for a target that is not there, 409 with findings for a plan that refuses, or while all is frozen
   */
  async run(caller: Caller, asked: NewJob): Promise<Requested> {
    const kind = this.kinds.named(asked.kind);
    const draft: Draft = {
      id: randomUUIDv7(),
      asked,
      kind,
      options: optionsOf(kind, asked),
      target: await this.stores.target(caller.scope, kind, asked),
    };
    if (!asked.dryRun) await this.stores.demandUnfrozen();
    const busy = draft.kind.changes ? this.stores.busy(draft.target) : null;
    if (busy && !asked.dryRun) throw conflict('change_in_progress', busy.message, [busy]);
    if (busy) return { kind: 'plan', plan: refusal([busy]) };
    const transcript = this.transcriber.held(draft.id);
    const connections = this.shelf.open(hostsOf(draft.target), transcript.observe);
    let handedOn = false;
    try {
      const plannedAt = this.clock.now();
      const plan = await planOf(draft, connections);
      if (asked.dryRun || !isAllowed(plan)) return refusedFor(asked, plan);
      const { job, steps } = this.rowsOf(draft, plan, plannedAt);
      await this.stores.insert(caller, draft.kind, job, steps, (tx) => transcript.write(tx));
      this.shelf.put(job.id, connections);
      handedOn = true;
      // A wake that is lost is made good by the sweeper: the job is on record.
      await this.queue.wake(RUN_JOB, job.id);
      return { kind: 'job', job, steps };
    } finally {
      if (!handedOn) void connections.hosts.closeAll();
    }
  }

  private rowsOf(
    { id, asked, target, options }: Draft,
    plan: Plan,
    plannedAt: ReturnType<Clock['now']>,
  ): { job: Job; steps: JobStep[] } {
    const job: Job = {
      id,
      kind: asked.kind,
      customerId: target.cluster?.customerId ?? null,
      clusterId: target.cluster?.id ?? null,
      arbiterId: target.arbiter.id,
      options: options as Readonly<Record<string, unknown>>,
      state: 'queued',
      direction: 'forward',
      plan: { ...plan, steps: [] },
      finding: null,
      cancelRequested: false,
      version: 1,
      createdAt: this.clock.now(),
      plannedAt,
      startedAt: null,
      endedAt: null,
    };
    const steps = plan.steps.map((step, position) => ({
      ...step,
      jobId: id,
      position,
      output: null,
      state: 'pending' as const,
      attempts: 0,
      finding: null,
      startedAt: null,
      endedAt: null,
    }));
    return { job, steps };
  }
}

/** A plan that is not carried out: told to a dry run, and to everybody else a refusal. */
const refusedFor = (asked: NewJob, plan: Plan): Requested => {
  if (asked.dryRun) return { kind: 'plan', plan };
  throw refused(plan.findings);
};

const planOf = async ({ id, kind, target, options }: Draft, { hosts }: JobConnections): Promise<Plan> => {
  const never = new AbortController().signal;
  const look = (hostId: string, subject: string) => new HostSession(hostId, subject, hosts, null, never);
  return kind.plan({ jobId: id, target, options, look });
};

const optionsOf = (kind: JobKind, asked: NewJob): unknown => {
  const parsed = kind.options.safeParse(asked.options);
  if (parsed.success) return parsed.data;
  const findings = parsed.error.issues.map((issue) => {
    const field = ['options', ...issue.path].join('.');
    const unknown = issue.code === 'unrecognized_keys';
    return error(
      unknown ? 'unknown_field' : 'invalid_field',
      field,
      unknown ? `A job of kind ${kind.name} has no option ${issue.keys.join(', ')}.` : `${field}: ${issue.message}`,
    );
  });
  throw badRequest(findings[0]?.code ?? 'invalid_request', findings[0]?.message ?? 'The options do not fit.', findings);
};
