import { describe, expect, it } from 'vitest';
import { instant } from '../../../src/core/time.ts';
import { voteState, type VoteState } from '../../../src/core/quorum/vote-state.ts';
import { LIMITS, NOW, staleNode, withOwnRow, withView, world } from './worlds.ts';

const codes = ({ findings }: VoteState): string[] => findings.map((finding) => finding.code);

describe('several views of one node', () => {
  const healthy = world({ nodeCount: 2 });
  const [first, second] = healthy.nodes;
  if (!first || !second) throw new Error('two nodes have two views');
  const failedAttempt = {
    address: second.address,
    at: NOW,
    unreachable: {
      code: 'ssh_timeout',
      severity: 'error',
      subject: second.address,
      message: 'It did not answer.',
      params: {},
    },
  } as const;
  const older = instant(NOW - 5000);

  it('a failed attempt voids our own earlier look', () => {
    const state = voteState({ ...healthy, nodes: [first, { ...second, at: older }, failedAttempt] });
    expect(codes(state)).toContain('node_unreachable');
  });

  it('a failed attempt does not void what the node pushes itself', () => {
    const state = voteState({ ...healthy, nodes: [first, failedAttempt, { ...second, at: older, source: 'push' }] });
    expect(state.state).toBe('ok');
    expect(state.sources.map(({ source, ageMs }) => [source, ageMs])).toEqual([
      ['arbiter', 0],
      ['node', 0],
      ['push', 5000],
    ]);
  });

  it('the newer of a push and a look counts', () => {
    const bad = withOwnRow(2, (row) => ({ ...row, device: 'not-registered' }))(healthy).nodes[1] ?? second;
    const newerIsBad = { ...healthy, nodes: [first, { ...second, at: older }, { ...bad, source: 'push' as const }] };
    const newerIsGood = { ...healthy, nodes: [first, second, { ...bad, at: older, source: 'push' as const }] };
    expect(voteState(newerIsBad).state).toBe('at-risk');
    expect(voteState(newerIsGood).state).toBe('ok');
  });

  it('of a push and a look of the same moment the look counts', () => {
    const bad = withOwnRow(2, (row) => ({ ...row, device: 'not-registered' }))(healthy).nodes[1] ?? second;
    const pushed = { ...bad, source: 'push' as const };
    expect(voteState({ ...healthy, nodes: [first, second, pushed] }).state).toBe('ok');
    expect(voteState({ ...healthy, nodes: [pushed, first, second] }).state).toBe('ok');
  });

  it('a view of an address outside the inventory is ignored', () => {
    const state = voteState({ ...healthy, nodes: [...healthy.nodes, { ...failedAttempt, address: '10.99.9.9' }] });
    expect(state.state).toBe('ok');
  });

  it('stale sources are listed as what they are', () => {
    const state = voteState(staleNode(2)(healthy));
    expect(state.sources.map((source) => source.fresh)).toEqual([true, true, false]);
    expect(state.sources[2]?.ageMs).toBe(LIMITS.nodeFreshMs + 1);
  });

  it('a view a little ahead of the clock is fresh and of age 0', () => {
    const state = voteState(withView(2, { at: instant(NOW + 40) })(healthy));
    expect(state.state).toBe('ok');
    expect(state.sources[2]).toEqual({ source: 'node', at: NOW + 40, ageMs: 0, fresh: true });
  });
});
