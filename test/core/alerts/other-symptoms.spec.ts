import { describe, expect, it } from 'vitest';
import {
  certificateSymptoms,
  soonFrom,
  type InstalledCertificate,
} from '../../../src/core/alerts/certificate-symptoms.ts';
import { instanceSymptoms, type JudgedInstance } from '../../../src/core/alerts/instance-symptoms.ts';
import { jobSymptoms } from '../../../src/core/alerts/job-symptoms.ts';
import type { Symptom } from '../../../src/core/alerts/symptom.ts';
import { error, info, warning } from '../../../src/core/finding.ts';
import { DAY_MS, plus, type Instant } from '../../../src/core/time.ts';
import { at } from './alert-world.ts';

const verdicts = (symptoms: readonly Symptom[]) =>
  Object.fromEntries(symptoms.map(({ rule, verdict }) => [rule, verdict]));
const the = (symptoms: readonly Symptom[], rule: string): Symptom => {
  const found = symptoms.find((symptom) => symptom.rule === rule);
  if (!found) throw new Error(`no ${rule}`);
  return found;
};

describe('what a qnetd instance says', () => {
  const instance = (change: Partial<JudgedInstance> = {}): JudgedInstance => ({
    ...{ arbiterName: 'north', condition: 'ok', since: at(0), findings: [], clients: 4, judgedAt: at(7) },
    ...change,
  });
  const strangers = error('unexpected_client', 'north', 'A message.');
  const plaintext = warning('arbiter_accepts_plaintext', 'north', 'A message.');

  it.each<[string, Partial<JudgedInstance>, object]>([
    ['ok', {}, { arbiter_unreachable: 'fine', arbiter_degraded: 'fine', imposter: 'fine' }],
    [
      'not reached: whether strangers are there, nobody knows',
      { condition: 'unreachable', clients: null },
      { arbiter_unreachable: 'bad', arbiter_degraded: 'unclear', imposter: 'unclear' },
    ],
    [
      'reached, with a list that is not to be believed: nobody knows of strangers either',
      { condition: 'degraded', clients: null, findings: [error('arbiter_unreadable', 'north', 'A message.')] },
      { arbiter_unreachable: 'fine', arbiter_degraded: 'bad', imposter: 'unclear' },
    ],
    [
      'something wrong',
      { condition: 'degraded', findings: [plaintext] },
      { arbiter_unreachable: 'fine', arbiter_degraded: 'bad', imposter: 'fine' },
    ],
    [
      'a stranger, who has an alert of his own',
      { condition: 'degraded', findings: [strangers] },
      { arbiter_unreachable: 'fine', arbiter_degraded: 'fine', imposter: 'bad' },
    ],
    [
      'both',
      { condition: 'degraded', findings: [plaintext, strangers] },
      { arbiter_unreachable: 'fine', arbiter_degraded: 'bad', imposter: 'bad' },
    ],
    [
      'only an explanation',
      { condition: 'degraded', findings: [info('a_a', 'north', 'A message.')] },
      { arbiter_unreachable: 'fine', arbiter_degraded: 'fine', imposter: 'fine' },
    ],
  ])('%s', (_, change, expected) => {
    expect(verdicts(instanceSymptoms(instance(change)))).toEqual(expected);
  });

  it('each alert names its own findings', () => {
    const symptoms = instanceSymptoms(instance({ condition: 'degraded', findings: [plaintext, strangers] }));
    expect(the(symptoms, 'imposter').findings).toEqual([strangers]);
    expect(the(symptoms, 'arbiter_degraded').findings).toEqual([plaintext]);
  });
});

describe('what certificates say', () => {
  const NOW = at(0);
  const ending = (days: number, host = 'a', life = 365): InstalledCertificate => {
    const notAfter = plus(NOW, days * DAY_MS);
    return { serial: `5${host}`, host, notBefore: plus(notAfter, -life * DAY_MS), notAfter };
  };
  const say = (installed: InstalledCertificate[], voteStands: boolean | null = true, now: Instant = NOW) =>
    certificateSymptoms({ owner: 'Cluster duo', installed, voteStands }, now);

  it.each<[string, InstalledCertificate[], object]>([
    ['none', [], { certificate_expired: 'fine', certificate_ends_soon: 'fine' }],
    ['31 days left', [ending(31)], { certificate_expired: 'fine', certificate_ends_soon: 'fine' }],
    ['30 days left', [ending(30)], { certificate_expired: 'fine', certificate_ends_soon: 'bad' }],
    ['3 of 7 days left', [ending(3, 'a', 7)], { certificate_expired: 'fine', certificate_ends_soon: 'fine' }],
    ['2 of 7 days left', [ending(2, 'a', 7)], { certificate_expired: 'fine', certificate_ends_soon: 'bad' }],
    [
      'over: soon is not answered by that',
      [ending(-1)],
      { certificate_expired: 'bad', certificate_ends_soon: 'unclear' },
    ],
    [
      'one over, one ending',
      [ending(-1), ending(3, 'b')],
      { certificate_expired: 'bad', certificate_ends_soon: 'bad' },
    ],
  ])('%s', (_, installed, expected) => {
    expect(verdicts(say(installed))).toEqual(expected);
  });

  it('begins when the first one ended, or began to end', () => {
    const symptoms = say([ending(-1), ending(-2, 'b'), ending(3, 'c'), ending(9, 'd')]);
    expect(the(symptoms, 'certificate_expired').since).toBe(plus(NOW, -2 * DAY_MS));
    expect(the(symptoms, 'certificate_ends_soon').since).toBe(soonFrom(ending(3, 'c')));
  });

  it('one finding for each host, and whether its vote still stands', () => {
    const [latent] = the(say([ending(-1), ending(-2, 'b')]), 'certificate_expired').findings;
    expect(the(say([ending(-1), ending(-2, 'b')]), 'certificate_expired').findings.map((one) => one.subject)).toEqual([
      'a',
      'b',
    ]);
    expect(latent?.message).toContain('stands only until the next reconnect');
    for (const unknown of [false, null])
      expect(the(say([ending(-1)], unknown), 'certificate_expired').findings[0]?.message).not.toContain('stands');
  });

  it('is over with the last second, not before', () => {
    const one = ending(0);
    expect(verdicts(say([one], true, plus(one.notAfter, 999)))['certificate_expired']).toBe('fine');
    expect(verdicts(say([one], true, plus(one.notAfter, 1_000)))['certificate_expired']).toBe('bad');
  });
});

describe('what a job says', () => {
  const finding = error('job_frozen', '10.77.1.1', 'A message.');

  it.each(['queued', 'running', 'done', 'undone', 'cancelled'] as const)('%s: nothing', (state) => {
    expect(verdicts(jobSymptoms({ jobKind: 'onboard', subject: 'cluster duo', state, finding, since: at(0) }))).toEqual(
      {
        job_frozen: 'fine',
      },
    );
  });

  it('frozen: it waits for a person, with its own finding', () => {
    const [symptom] = jobSymptoms({
      jobKind: 'onboard',
      subject: 'cluster duo',
      state: 'frozen',
      finding,
      since: at(3),
    });
    expect(symptom).toMatchObject({ verdict: 'bad', since: at(3), findings: [finding] });
    expect(symptom?.summary).toBe('The onboard job of cluster duo is frozen and waits for a person.');
  });
});
