import { hasError, type Finding } from '../finding.ts';
import type { QuorumFigures } from '../quorum/arithmetic.ts';

/** One step as it was decided: its name, whom it is done to, and what it needs to know. */
export interface PlannedStep {
  readonly name: string;
  /** A host's or a cluster's name, for people. */
  readonly subject: string;
  /** The host that it works on, as an id of an inventory row; null where it works on none. */
  readonly hostId: string | null;
  /** Steps of one stage touch different subjects and run side by side; a stage begins when the one before it is done. */
  readonly stage: number;
  /** What it takes away does not come back: once it has begun, the job goes forward only. */
  readonly lasting?: boolean;
  /** Never a secret. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** The arithmetic of a change: as it is, as it will be, and as it will be on the day the arbiter is away. */
export interface QuorumForecast {
  readonly now: QuorumFigures;
  readonly after: QuorumFigures;
  readonly afterWithoutQdevice: QuorumFigures;
}

/** What would be done, or why it may not be. */
export interface Plan {
  readonly steps: readonly PlannedStep[];
  readonly findings: readonly Finding[];
  /** null for jobs that change no cluster. */
  readonly quorum: QuorumForecast | null;
}

/** A plan is allowed when nothing speaks against it. */
export const isAllowed = (plan: Plan): boolean => !hasError(plan.findings);

/** A plan that refuses: what was found, and no step. */
export const refusal = (findings: readonly Finding[], quorum: QuorumForecast | null = null): Plan => ({
  steps: [],
  findings,
  quorum,
});

type Unstaged = Omit<PlannedStep, 'stage'>;

/** Stages in order, each a list of steps that run side by side; empty stages fall out. */
export const inStages = (...stages: readonly (readonly Unstaged[])[]): PlannedStep[] =>
  stages.filter((steps) => steps.length > 0).flatMap((steps, stage) => steps.map((step) => ({ ...step, stage })));
