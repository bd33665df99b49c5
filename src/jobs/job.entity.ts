import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Instant } from '../core/time.ts';
import type { Finding } from '../core/finding.ts';
import type { JobState, StepState } from '../core/jobs/progress.ts';
import type { Plan } from '../core/jobs/plan.ts';
import { count, flag, id, instant, json, text, word } from '../platform/database/columns.ts';

/** What was asked for, what was decided, and how far it is. With its steps it is the journal: the queue only wakes workers. */
@Entity('jobs')
export class Job {
  @PrimaryColumn(id())
  id!: string;

  @Column(word())
  kind!: string;

  @Index()
  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  @Index()
  @Column(id({ name: 'cluster_id', nullable: true }))
  clusterId!: string | null;

  @Index()
  @Column(id({ name: 'arbiter_id' }))
  arbiterId!: string;

  @Column(json())
  options!: Readonly<Record<string, unknown>>;

  @Index()
  @Column(word())
  state!: JobState;

  /** `forward`, or `backward` once something failed and what was done is being undone. */
  @Column(word())
  direction!: 'forward' | 'backward';

  @Column(json())
  plan!: Plan;

  /** Why it did not end `done`, or null. */
  @Column(json({ nullable: true }))
  finding!: Finding | null;

  @Column(flag({ name: 'cancel_requested' }))
  cancelRequested!: boolean;

  @Column(count())
  version!: number;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;

  /** When the facts behind the plan were gathered. */
  @Column(instant({ name: 'planned_at' }))
  plannedAt!: Instant;

  @Column(instant({ name: 'started_at', nullable: true }))
  startedAt!: Instant | null;

  @Column(instant({ name: 'ended_at', nullable: true }))
  endedAt!: Instant | null;
}

/** One step of a job. Its intent is durable before its effect, its outcome after. */
@Entity('job_steps')
export class JobStep {
  @PrimaryColumn(id({ name: 'job_id' }))
  jobId!: string;

  @PrimaryColumn(count())
  position!: number;

  /** Steps of one stage have different subjects and run side by side. */
  @Column(count())
  stage!: number;

  @Column(word())
  name!: string;

  /** The host's or the cluster's name, for people. */
  @Column(word())
  subject!: string;

  @Column(id({ name: 'host_id', nullable: true }))
  hostId!: string | null;

  /** It cannot be undone: once it has begun, the job goes forward only. Steps from before there were such have null. */
  @Column(flag({ nullable: true }))
  lasting!: boolean | null;

  /** What the step needs, decided with the plan; never a secret. */
  @Column(json())
  input!: Readonly<Record<string, unknown>>;

  /** What the step found out and later steps or its undo need; never a secret. */
  @Column(json({ nullable: true }))
  output!: Readonly<Record<string, unknown>> | null;

  @Column(word())
  state!: StepState;

  @Column(count())
  attempts!: number;

  @Column(json({ nullable: true }))
  finding!: Finding | null;

  @Column(instant({ name: 'started_at', nullable: true }))
  startedAt!: Instant | null;

  @Column(instant({ name: 'ended_at', nullable: true }))
  endedAt!: Instant | null;
}

/** What happened to a job, in order: the source of its event stream. */
@Entity('job_events')
export class JobEvent {
  @PrimaryColumn(id({ name: 'job_id' }))
  jobId!: string;

  @PrimaryColumn(count())
  sequence!: number;

  @Column(instant())
  at!: Instant;

  @Column(word())
  kind!: 'job' | 'step';

  @Column(json())
  data!: Readonly<Record<string, unknown>>;
}

/** One remote command with what it printed; secrets are masked before it comes here. */
@Entity('transcript_entries')
export class TranscriptEntry {
  @PrimaryColumn(id())
  id!: string;

  @Index()
  @Column(id({ name: 'job_id' }))
  jobId!: string;

  @Column(word())
  host!: string;

  @Column(word({ nullable: true }))
  step!: string | null;

  @Column(text())
  command!: string;

  @Column(count({ name: 'exit_code', nullable: true }))
  exitCode!: number | null;

  @Column(text())
  stdout!: string;

  @Column(text())
  stderr!: string;

  @Column(word({ nullable: true }))
  failure!: string | null;

  @Column(instant({ name: 'started_at' }))
  startedAt!: Instant;

  @Column(count({ name: 'duration_ms' }))
  durationMs!: number;
}

/**
 * The right to change one subject (a cluster or an arbiter), held by one runner for a while. The fence grows with each
 * holder; nodes remember the highest one that they saw and refuse a lower one, so a runner that was paused and wakes up
 * after its lease went to another can do nothing.
 */
@Entity('leases')
export class Lease {
  @PrimaryColumn(word())
  subject!: string;

  @Column(id({ name: 'job_id' }))
  jobId!: string;

  /** The process that holds it. */
  @Column(id())
  holder!: string;

  @Column(count())
  fence!: number;

  @Column(instant({ name: 'expires_at' }))
  expiresAt!: Instant;
}
