import { describe, expect, it } from 'vitest';
import { certificateSymptoms } from '../../../src/core/alerts/certificate-symptoms.ts';
import { instanceSymptoms } from '../../../src/core/alerts/instance-symptoms.ts';
import { jobSymptoms } from '../../../src/core/alerts/job-symptoms.ts';
import { ALERT_RULES, ALERT_SEVERITIES } from '../../../src/core/alerts/rule.ts';
import { canBeSetForCustomer, rulesInForce, type SetRule } from '../../../src/core/alerts/settings.ts';
import { dedupKeyOf } from '../../../src/core/alerts/symptom.ts';
import { voteSymptoms } from '../../../src/core/alerts/vote-symptoms.ts';
import { at } from './alert-world.ts';

describe('the rules', () => {
  it('have names of their own, and say why and what to do in whole sentences', () => {
    expect(new Set(ALERT_RULES.map(({ name }) => name)).size).toBe(ALERT_RULES.length);
    for (const { name, why, remedy } of ALERT_RULES) {
      expect(why, name).toMatch(/^[A-Zq].{30,}[.]$/s);
      expect(remedy, name).toMatch(/^[A-Z].{20,}[.]$/s);
    }
  });

  it('stand in the order of their severity', () => {
    const ranks = ALERT_RULES.map(({ severity }) => ALERT_SEVERITIES.indexOf(severity));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  });

  it('tell at once of what qnetd shows in one look: a vote that is gone, a stranger', () => {
    const atOnce = ALERT_RULES.filter(({ afterSeconds }) => afterSeconds === 0).map(({ name }) => name);
    expect(atOnce).toEqual(
      expect.arrayContaining(['vote_lost', 'vote_absent', 'imposter', 'next_failure_fatal', 'job_frozen']),
    );
  });

  it('are each answered by what they are about, and by nothing else', () => {
    const now = at(0);
    const vote = voteSymptoms({
      ...{ clusterName: 'duo', state: 'ok', since: now, presence: 'present', findings: [], arbiterVote: 'ack' },
      ...{ lossesWithArbiter: 1, lossesWithoutArbiter: 0, judgedAt: now },
    });
    const instance = instanceSymptoms({
      ...{ arbiterName: 'north', condition: 'ok', since: now, findings: [], clients: 0, judgedAt: now },
    });
    const certificates = certificateSymptoms({ owner: 'x', installed: [], voteStands: null }, now);
    const job = jobSymptoms({ jobKind: 'verify', subject: 'x', state: 'done', finding: null, since: now });
    const answered = { cluster: [...vote, ...certificates], instance, arbiter: certificates, job };
    for (const kind of ['cluster', 'instance', 'arbiter', 'job'] as const) {
      const rules = ALERT_RULES.filter(({ about }) => (about as readonly string[]).includes(kind)).map(
        ({ name }) => name,
      );
      expect(answered[kind].map(({ rule }) => rule).toSorted(), kind).toEqual(rules.toSorted());
    }
  });
});

describe('the rules in force', () => {
  const set = (customerId: string | null, afterSeconds: number): SetRule => ({
    ...{ rule: 'vote_at_risk', customerId, enabled: true, severity: 'info', afterSeconds, resolveAfterSeconds: 1 },
  });
  const inForce = (customerId: string | null, ...rules: SetRule[]) => {
    const { severity, afterSeconds, source } =
      rulesInForce(rules, customerId).find(({ name }) => name === 'vote_at_risk') ?? {};
    return { severity, afterSeconds, source };
  };

  it('are the defaults where nobody has set anything', () => {
    expect(rulesInForce([], 'a')).toEqual(ALERT_RULES.map((rule) => ({ ...rule, source: 'default' })));
  });

  it('are what was set for the customer, else for everybody, else the default', () => {
    expect(inForce('a', set('a', 1), set(null, 2))).toEqual({ severity: 'info', afterSeconds: 1, source: 'customer' });
    expect(inForce('b', set('a', 1), set(null, 2))).toEqual({ severity: 'info', afterSeconds: 2, source: 'everybody' });
    expect(inForce(null, set('a', 1), set(null, 2))).toMatchObject({ afterSeconds: 2 });
    expect(inForce('b', set('a', 1))).toEqual({ severity: 'warning', afterSeconds: 300, source: 'default' });
  });

  it('of arbiters are no customer’s to set', () => {
    const notTheirs = ALERT_RULES.filter((rule) => !canBeSetForCustomer(rule)).map(({ name }) => name);
    expect(notTheirs).toEqual(['arbiter_unreachable', 'arbiter_degraded']);
  });
});

describe('the dedupKey', () => {
  it('is made of the rule and the subject alone', () => {
    expect(dedupKeyOf('imposter', { kind: 'cluster', id: '1' })).toBe('imposter:cluster:1');
    expect(dedupKeyOf('imposter', { kind: 'instance', id: '1' })).toBe('imposter:instance:1');
  });
});
