import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/core/alerts/symptom.ts';
import { voteSymptoms, type JudgedVote } from '../../../src/core/alerts/vote-symptoms.ts';
import { error, info } from '../../../src/core/finding.ts';
import { VOTE_FINDING_CODES } from '../../../src/core/quorum/vote-finding.ts';
import { at } from './alert-world.ts';

const found = (...codes: string[]) => codes.map((code) => error(code, 'duo', 'A message.'));

const vote = (change: Partial<JudgedVote> = {}): JudgedVote => ({
  ...{ clusterName: 'duo', state: 'ok', since: at(0), presence: 'present', findings: [], arbiterVote: 'ack' },
  ...{ lossesWithArbiter: 1, lossesWithoutArbiter: 0, judgedAt: at(7) },
  ...change,
});

/** `rule: verdict` of each rule that is not fine. */
const notFine = (judged: JudgedVote): Record<string, Verdict> =>
  Object.fromEntries(
    voteSymptoms(judged).flatMap(({ rule, verdict }) => (verdict === 'fine' ? [] : [[rule, verdict]])),
  );

describe('what a vote says of each rule', () => {
  it.each<[string, Partial<JudgedVote>, Record<string, Verdict>]>([
    ['all is well', {}, {}],
    [
      'lost: nothing of what was open is better for it',
      { state: 'lost', presence: 'absent', findings: found('quorum_lost') },
      { vote_lost: 'bad', vote_absent: 'unclear', next_failure_fatal: 'unclear', vote_at_risk: 'unclear' },
    ],
    [
      'unknown: nobody can tell (invariant 21)',
      { state: 'unknown', presence: 'unknown', findings: found('no_fresh_node_view') },
      {
        ...{ vote_lost: 'unclear', vote_absent: 'unclear', next_failure_fatal: 'unclear', vote_at_risk: 'unclear' },
        ...{ vote_unknown: 'bad', imposter: 'unclear', membership_differs: 'unclear' },
      },
    ],
    [
      'the vote refused',
      { state: 'at-risk', presence: 'absent', findings: found('one_failure_from_loss', 'client_vote_refused') },
      { vote_absent: 'bad', next_failure_fatal: 'unclear', vote_at_risk: 'bad' },
    ],
    [
      'qnetd stopped, and the nodes were not asked again yet',
      { state: 'at-risk', presence: 'degraded', findings: found('qnetd_down') },
      { vote_absent: 'bad', next_failure_fatal: 'unclear', vote_at_risk: 'bad', imposter: 'unclear' },
    ],
    [
      'a node of two powered off',
      { state: 'at-risk', presence: 'degraded', findings: found('one_failure_from_loss', 'node_offline') },
      { next_failure_fatal: 'bad', vote_at_risk: 'bad' },
    ],
    [
      'a node of four powered off',
      { state: 'at-risk', presence: 'degraded', findings: found('node_offline') },
      { vote_at_risk: 'bad' },
    ],
    [
      'the arbiter not read: no stranger was seen, and none excluded',
      { state: 'at-risk', presence: 'degraded', findings: found('arbiter_view_stale') },
      { vote_at_risk: 'bad', imposter: 'unclear' },
    ],
    [
      'a client that is no node of ours',
      { state: 'at-risk', presence: 'degraded', findings: found('unexpected_client') },
      { vote_at_risk: 'bad', imposter: 'bad' },
    ],
    [
      'a node added behind our back',
      { state: 'at-risk', presence: 'degraded', findings: found('unexpected_member') },
      { vote_at_risk: 'bad', membership_differs: 'bad' },
    ],
  ])('%s', (_, change, expected) => {
    expect(notFine(vote(change))).toEqual(expected);
  });

  it('begins with the state where the state is bad, and with the judgement where a finding is', () => {
    const judged = vote({ state: 'at-risk', presence: 'absent', findings: found('unexpected_client') });
    const since = Object.fromEntries(voteSymptoms(judged).map((symptom) => [symptom.rule, symptom.since]));
    expect(since).toMatchObject({ vote_at_risk: at(0), vote_absent: at(7), imposter: at(7) });
  });

  it('names the findings that it rests on, and only those where the rule is about some', () => {
    const judged = vote({
      state: 'at-risk',
      findings: found('node_offline', 'client_duplicated', 'unexpected_member'),
    });
    const codes = Object.fromEntries(
      voteSymptoms(judged).map(({ rule, findings }) => [rule, findings.map(({ code }) => code)]),
    );
    expect(codes['vote_at_risk']).toHaveLength(3);
    expect(codes['imposter']).toEqual(['client_duplicated']);
    expect(codes['membership_differs']).toEqual(['unexpected_member']);
  });

  it('has the figures that a ticket needs', () => {
    expect(voteSymptoms(vote())[0]?.details).toEqual({
      vote: { state: 'ok', presence: 'present', arbiter: 'ack', lossesSurvived: { withArbiter: 1, withoutArbiter: 0 } },
    });
    expect(
      voteSymptoms(vote({ lossesWithArbiter: null })).find(({ rule }) => rule === 'vote_at_risk')?.summary,
    ).toContain('not known');
  });
});

describe('in whatever state, with whatever findings', () => {
  const judged: fc.Arbitrary<JudgedVote> = fc
    .record({
      state: fc.constantFrom('ok' as const, 'at-risk' as const, 'lost' as const, 'unknown' as const),
      presence: fc.constantFrom('present' as const, 'degraded' as const, 'absent' as const, 'unknown' as const),
      codes: fc.subarray([...VOTE_FINDING_CODES]),
    })
    .map(({ state, presence, codes }) => vote({ state, presence, findings: found(...codes) }));

  it('a state that is not ok always has a bad verdict, and ok has none but for findings', () => {
    fc.assert(
      fc.property(judged, (one) => {
        const isBad = voteSymptoms(one).some(({ verdict }) => verdict === 'bad');
        if (one.state !== 'ok') expect(isBad).toBe(true);
        else
          expect(isBad).toBe(
            voteSymptoms(one).some(({ findings, verdict }) => verdict === 'bad' && findings.length > 0),
          );
      }),
    );
  });

  it('unknown calls no rule fine (invariant 21)', () => {
    fc.assert(
      fc.property(judged, (one) => {
        const verdicts = voteSymptoms({ ...one, state: 'unknown' }).map(({ verdict }) => verdict);
        expect(verdicts).not.toContain('fine');
      }),
    );
  });

  it('an info alone raises nothing', () => {
    expect(notFine(vote({ findings: [info('quorum_in_transition', 'duo', 'A message.')] }))).toEqual({});
  });
});

describe('a stranger', () => {
  it.each([
    'unexpected_client',
    'client_duplicated',
    'client_not_verified',
    'client_from_elsewhere',
    'client_appears_twice',
  ])('is told at once by %s, and not where that only explains', (code) => {
    expect(notFine(vote({ state: 'at-risk', findings: found(code) }))).toMatchObject({ imposter: 'bad' });
    expect(notFine(vote({ findings: [info(code, 'duo', 'A message.')] }))).toEqual({});
  });
});
