import { describe, expect, it } from 'vitest';
import { instant } from '../../../src/core/time.ts';
import { voteState, type VoteState } from '../../../src/core/quorum/vote-state.ts';
import type { VoteEvidence } from '../../../src/core/quorum/views.ts';
import { withClusters, withStatus, LIMITS, NOW, staleNode, withOwnRow, withView, world } from './worlds.ts';

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

  it('a node that pushes while we cannot reach it is listed as a source, and stays unreached', () => {
    const state = voteState({ ...healthy, nodes: [first, failedAttempt, { ...second, at: older, source: 'push' }] });
    expect(codes(state)).toContain('node_unreachable');
    expect(state.sources.map(({ source, ageMs }) => [source, ageMs])).toEqual([
      ['arbiter', 0],
      ['node', 0],
      ['push', 5000],
    ]);
  });

  it('a push that is newer than our look lowers the state; one that is older has been looked over', () => {
    const bad = withOwnRow(2, (row) => ({ ...row, device: 'not-registered' }))(healthy).nodes[1] ?? second;
    const newerIsBad = { ...healthy, nodes: [first, { ...second, at: older }, { ...bad, source: 'push' as const }] };
    const newerIsGood = { ...healthy, nodes: [first, second, { ...bad, at: older, source: 'push' as const }] };
    expect(voteState(newerIsBad).state).toBe('at-risk');
    expect(codes(voteState(newerIsBad))).toContain('device_not_registered');
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

describe('the list of the arbiter and its status', () => {
  const nobody = withClusters(() => [])(world({ nodeCount: 2 }));
  const codesOf = (evidence: VoteEvidence): string[] => codes(voteState(evidence));

  it('an empty list is believed when the status counts no cluster either', () => {
    expect(codesOf(withStatus({})(nobody))).toContain('cluster_absent_at_arbiter');
  });

  it('an empty list is not believed without a status, nor against one that counts a cluster', () => {
    for (const evidence of [nobody, withStatus({ connectedClusters: 1, connectedClients: 2 })(nobody)]) {
      expect(codesOf(evidence)).toContain('arbiter_unreadable');
      expect(codesOf(evidence)).not.toContain('cluster_absent_at_arbiter');
    }
  });

  it('a status that finds qnetd down, or cannot be read, outweighs the list beside it', () => {
    const beside = (kind: 'down' | 'unknown'): VoteEvidence => {
      const evidence = world({ nodeCount: 2 });
      const finding = { code: 'qnetd', severity: 'error', subject: 'arbiter', message: 'No.', params: {} } as const;
      return { ...evidence, arbiter: evidence.arbiter && { ...evidence.arbiter, status: { kind, finding } } };
    };
    expect(codesOf(beside('down'))).toContain('qnetd_down');
    expect(codesOf(beside('unknown'))).toContain('arbiter_unreadable');
  });
});
