import type { z } from 'zod';
import type { Arbiter, QnetdInstance } from '../arbiters/arbiter.entity.ts';
import type { ClusterWithNodes } from '../clusters/clusters.store.ts';
import type { Plan } from '../core/jobs/plan.ts';
import type { HostRef } from '../hosts/reach-hosts.ts';
import type { HostSession } from '../hosts/host-session.ts';

/** What a job is about: an arbiter with its instance, and the cluster where it is about one. */
export interface JobTarget {
  readonly arbiter: Arbiter;
  readonly instance: QnetdInstance;
  readonly cluster: ClusterWithNodes | null;
}

/** The question of what a job would do. */
export interface PlanRequest<Options> {
  /** Known before anything is done, so that every name that holds it is the same in each try. */
  readonly jobId: string;
  readonly target: JobTarget;
  readonly options: Options;
  /** For looking only: there is no permit to change anything yet. */
  readonly look: (hostId: string, subject: string) => HostSession;
}

/** A kind of job: what it is about, what may be asked of it, and how it is planned. Its steps stand in the plan. */
export interface JobKind<Options = unknown> {
  readonly name: string;
  readonly about: 'arbiter' | 'cluster';
  /** Whether it changes anything: then no other job may, of the same subject. */
  readonly changes: boolean;
  readonly options: z.ZodType<Options>;
  /** Gathers and decides; touches nothing. A plan that holds an error is a refusal. */
  plan(request: PlanRequest<Options>): Promise<Plan>;
}

/** Every host that a job about this target may need. */
export const hostsOf = ({ arbiter, cluster }: JobTarget): HostRef[] => [arbiter, ...(cluster?.nodes ?? [])];
