import { describe, expect, it } from 'vitest';
import type { NodeSamples } from '../lab/record.ts';
import { judge, type Evidence } from './judge.ts';

const series = (everyMs: number): NodeSamples[] => [
  {
    node: 'a',
    cluster: 'duo',
    samples: Array.from({ length: 10_000 / everyMs }, (_, index) => ({
      at: index * everyMs,
      quorum: { quorate: true, expectedVotes: 2, totalVotes: 2, quorum: 1, deviceVotes: 0, flags: 1 },
    })),
  },
];

const evidence = (changes: Partial<Evidence> = {}): Evidence => ({
  ...{ end: 'done', thawed: null, series: series(50), from: 0, to: 10_000, removal: null, vote: 'ok', givesVote: true },
  ...{ differences: [], editStands: null, mishaps: [] },
  ...changes,
});
const outcome = (changes: Partial<Evidence>) => judge(evidence(changes)).outcome;

describe('A cell', () => {
  it.each([
    ['done', {}],
    ['undone', { end: 'undone' as const, vote: null }],
    ['undone', { end: 'cancelled' as const, vote: null }],
    ['frozen', { end: 'frozen' as const, thawed: 'undone' as const, vote: null }],
    ['done', { givesVote: false, vote: null }],
    ['done', { editStands: true }],
  ])('ends %s where everything is as it must be: %j', (expected, changes) => {
    expect(judge(evidence(changes))).toEqual({ outcome: expected, troubles: [], losses: 0, blind: false });
  });

  it.each([
    ['the job did not end (invariants 8, 15)', { end: null }],
    ['it stayed frozen (invariant 15)', { end: 'frozen' as const, thawed: 'frozen' as const }],
    ['it stayed frozen without an end (invariant 15)', { end: 'frozen' as const, thawed: null }],
    ['it is done without a vote', { vote: 'at-risk' }],
    ['it went on to be done without a vote', { end: 'frozen' as const, thawed: 'done' as const, vote: 'lost' }],
    ['files differ (invariants 9, 13)', { differences: ['duo-1: /etc/x: a → b'] }],
    ['a hand edit is gone (invariant 12)', { editStands: false }],
    ['the fault never came', { mishaps: ['the moment of the fault never came'] }],
  ])('has failed where %s', (_, changes) => {
    expect(outcome(changes)).toBe('FAILED');
  });

  it('has failed where a node lost its quorum by our own hand (invariant 1), and says so', () => {
    const [one] = series(50);
    const samples = (one?.samples ?? []).map((sample, index) =>
      index === 40 && sample.quorum ? { ...sample, quorum: { ...sample.quorum, quorate: false } } : sample,
    );
    const verdict = judge(evidence({ series: [{ node: 'a', cluster: 'duo', samples }] }));
    expect(verdict).toMatchObject({ outcome: 'FAILED', losses: 1, blind: false });
    expect(verdict.troubles[0]).toMatch(/^a was not quorate for 50 ms by our own hand, 2000 ms after the start/);
  });

  it('proves nothing where the sampler looked too rarely', () => {
    expect(judge(evidence({ series: series(2_500) }))).toMatchObject({ outcome: 'FAILED', blind: true });
  });

  it('may have gaps while a membership changes that the fault itself has changed', () => {
    expect(outcome({ series: series(2_500), removal: { nodes: ['b'], from: 0, to: 5_000 } })).toBe('done');
  });
});
