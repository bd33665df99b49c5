import type { Outcome } from './outcome.ts';
import type { Part } from './parts.ts';
import type { Obstacles } from './prepare.ts';

export interface RunAll {
  readonly obstacles: Obstacles;
  /** What cannot run counts as failed. */
  readonly nothingMayBeSkipped: boolean;
  readonly stop: AbortSignal;
  readonly run: (part: Part) => Promise<Outcome>;
  /** Called after each part. */
  readonly told: (outcome: Outcome) => void;
}

/**
 * Runs the parts one after the other, whatever becomes of them; a part whose need is not met is skipped with the reason, and
 * after an interruption no further one is begun.
 */
export const runAll = async (
  parts: readonly Part[],
  { run, told, stop, ...conditions }: RunAll,
): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  for (const part of parts) {
    if (stop.aborted) break;
    const outcome = withoutRunning(part, outcomes, conditions) ?? (await run(part));
    outcomes.push(outcome);
    told(outcome);
  }
  return outcomes;
};

/** The outcome of a part that cannot run; null where it can. */
const withoutRunning = (
  { name, needs }: Part,
  outcomes: readonly Outcome[],
  { obstacles, nothingMayBeSkipped }: Pick<RunAll, 'obstacles' | 'nothingMayBeSkipped'>,
): Outcome | null => {
  const notBuilt = outcomes.some(({ part, result }) => part === 'build' && result !== 'passed');
  // A build of other sources than these proves nothing about them.
  if (notBuilt && needs.includes('build'))
    return { part: name, result: 'failed', seconds: 0, why: 'The service does not build.' };
  const why = needs.map((need) => obstacles.get(need)).find((obstacle) => obstacle !== undefined);
  return why === undefined ? null : { part: name, result: nothingMayBeSkipped ? 'failed' : 'skipped', seconds: 0, why };
};
