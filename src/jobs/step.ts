import type { Finding } from '../core/finding.ts';
import type { PlannedStep } from '../core/jobs/plan.ts';
import type { Job } from './job.entity.ts';
import type { HostSession } from '../hosts/host-session.ts';

/** What a step has at hand while it works. */
export interface StepWork<Input, Output> {
  readonly job: Job;
  /** Whom the step is done to: a name for people, and the host's id where it works on one. */
  readonly subject: string;
  readonly hostId: string | null;
  readonly input: Input;
  /** What an earlier run of this very step left, or null. */
  readonly output: Output | null;
  /** The host that the step works on. */
  readonly host: () => HostSession;
  /** Any other host of the job, by its id. */
  readonly hostOf: (hostId: string) => HostSession;
  /** What another step of the job found out for this host; null before it is done. */
  readonly outputOf: (step: string, hostId: string | null) => unknown;
  /** Given when the work has to stop: the lease is lost, the service ends, or a person froze everything. */
  readonly signal: AbortSignal;
}

/**
 * One named step. `do` brings about what must be true afterwards and does only what is missing, so that run twice it
 * equals run once; `undo` puts back what was before, whether `do` had its effect wholly, in part or not at all.
 */
export interface Step<Input = never, Output = unknown> {
  readonly name: string;
  /**
   * Whether the effect can touch a cluster's quorum: then the gates are asked once more between intent and effect
   * (step-gates.ts). A step that does not say so cannot.
   */
  touchesQuorum?(direction: 'do' | 'undo', input: Input): boolean;
  do(work: StepWork<Input, Output>): Promise<Output>;
  undo(work: StepWork<Input, Output>): Promise<void>;
}

/** Part of the output of a step that is done, but has something to tell of it. */
export interface PassedOn {
  readonly passedOn?: Finding;
}

export const passedOn = (finding: Finding): Required<PassedOn> => ({ passedOn: finding });

/** A step whose input and output types are forgotten, as the journal hands them back from JSON. */
export type AnyStep = Step<unknown>;

/** A step that cannot go on: the finding says why. Whatever else is thrown counts as a fault of ours. */
export class StepFailure extends Error {
  readonly finding: Finding;
  constructor(finding: Finding) {
    super(`${finding.subject}: ${finding.code}`);
    this.finding = finding;
  }
}

/** A step as a plan names it, with its input typed by the step's own definition. */
export const planned = <Input extends object>(
  name: string,
  subject: string,
  hostId: string | null,
  input: Input,
): Omit<PlannedStep, 'stage'> => ({ name, subject, hostId, input: input as Readonly<Record<string, unknown>> });
