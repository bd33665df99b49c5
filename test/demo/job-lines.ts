import type { JobView } from '../e2e/client.ts';

export type StepView = JobView['steps'][number];

/** States in which a step has come to an end of its own, so that there is something to tell. */
const TOLD = ['done', 'failed', 'undone', 'undo-failed'];

/**
 * What to tell when a step has changed: its name, its host by the name that people know, how it went and how long it took;
 * null while it is only under way.
 * @param hostNames by address
 */
export const stepLine = (step: StepView, hostNames: ReadonlyMap<string, string>): string | null => {
  if (!TOLD.includes(step.state)) return null;
  const subject = hostNames.get(step.subject) ?? step.subject;
  const why = step.finding && step.state !== 'done' ? `: ${step.finding.message}` : '';
  return `  ${step.name.padEnd(20)} ${subject.padEnd(8)} ${step.state}${took(step)}${why}`;
};

/** How a job ended, how long it took, and where it did not end `done` why. */
export const jobLine = (title: string, job: JobView): string =>
  `${title}: ${job.state}${took(job)}${job.finding ? ` (${job.finding.message})` : ''}`;

const took = ({
  startedAt,
  endedAt,
}: {
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}): string =>
  startedAt === null || endedAt === null
    ? ''
    : ` in ${((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`;
