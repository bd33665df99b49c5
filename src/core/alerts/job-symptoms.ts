import type { Finding } from '../finding.ts';
import type { JobState } from '../jobs/progress.ts';
import type { Instant } from '../time.ts';
import { bad, type Symptom } from './symptom.ts';

export interface JobAtRest {
  readonly jobKind: string;
  /** The cluster's or the arbiter's name. */
  readonly subject: string;
  readonly state: JobState;
  readonly finding: Finding | null;
  /** When it came to this state. */
  readonly since: Instant;
}

/** What a job says of the rule on jobs. */
export const jobSymptoms = ({ jobKind, subject, state, finding, since }: JobAtRest): readonly Symptom[] => [
  {
    ...{ rule: 'job_frozen', verdict: bad(state === 'frozen'), since },
    summary: `The ${jobKind} job of ${subject} is frozen and waits for a person.`,
    findings: finding === null ? [] : [finding],
    details: { job: { kind: jobKind, state } },
  },
];
