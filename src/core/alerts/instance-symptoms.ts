import type { Finding } from '../finding.ts';
import type { Instant } from '../time.ts';
import { strangersIn } from './strangers.ts';
import { bad, verdictFrom, type Symptom } from './symptom.ts';

/** How a qnetd instance was at the last look. */
export interface JudgedInstance {
  readonly arbiterName: string;
  readonly condition: 'ok' | 'degraded' | 'unreachable';
  /** Since when it is in this condition. */
  readonly since: Instant;
  readonly findings: readonly Finding[];
  /** Clients that qnetd listed; null when it could not be asked, or its list is not to be believed. */
  readonly clients: number | null;
  readonly judgedAt: Instant;
}

/** What the last look at an instance says of each rule on arbiters. */
export const instanceSymptoms = (instance: JudgedInstance): readonly Symptom[] => {
  const { arbiterName: name, condition, since, findings, clients, judgedAt } = instance;
  const unreachable = condition === 'unreachable';
  const strangers = strangersIn(findings);
  const wrong = findings.filter((finding) => finding.severity !== 'info' && !strangers.includes(finding));
  const details = { instance: { condition, clients } };
  return [
    {
      ...{ rule: 'arbiter_unreachable', verdict: bad(unreachable), since, findings, details },
      summary: `Arbiter ${name} cannot be asked for its votes.`,
    },
    {
      ...{ rule: 'arbiter_degraded', since: judgedAt, findings: wrong, details },
      verdict: unreachable ? 'unclear' : bad(condition === 'degraded' && wrong.length > 0),
      summary: `Something is wrong on arbiter ${name}.`,
    },
    {
      ...{
        rule: 'imposter',
        verdict: verdictFrom(strangers, clients === null),
        since: judgedAt,
        findings: strangers,
        details,
      },
      summary: `Somebody is connected to arbiter ${name} who may not be.`,
    },
  ];
};
