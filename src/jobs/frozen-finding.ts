import { error, type Finding } from '../core/finding.ts';
import type { JobStep } from './job.entity.ts';

/** Why a job is frozen whose undo failed. It keeps its subject: nothing else may change it until a person has looked. */
export const undoFailed = (steps: readonly JobStep[]): Finding => {
  const stuck = steps.find((step) => step.state === 'undo-failed');
  const cause = stuck?.finding;
  return error(
    'job_frozen',
    stuck?.subject ?? 'job',
    `Undoing "${stuck?.name ?? '?'}" on ${stuck?.subject ?? '?'} failed. ${cause?.message ?? ''} Mend that, then POST …/retry: the job goes on undoing from there.`,
    { step: stuck?.name ?? '', cause: cause?.code ?? '' },
  );
};

/** Why a job is frozen that a person's freeze has stopped. What was under way may or may not have had its effect. */
export const stoppedByFreeze = (steps: readonly JobStep[], reason: string): Finding => {
  const underWay = steps.filter(({ state }) => state === 'running' || state === 'undoing');
  const names = underWay.map(({ name, subject }) => `"${name}" on ${subject}`);
  return error(
    'service_frozen',
    underWay[0]?.subject ?? 'job',
    `All work on hosts was frozen (${reason}) ${names.length === 0 ? 'between two steps' : `during ${names.join(', ')}`}. Release it with DELETE /v1/freeze; then POST …/retry has the job go on from there, and POST …/undo has it put back what it changed.`,
    { reason, steps: names },
  );
};
