import { describe, expect, it } from 'vitest';
import { error } from '../../../src/core/finding.ts';
import type { NodeId } from '../../../src/core/names.ts';
import { firstOfEachCode, inOrder, MOST_NAMED, shortened } from '../../../src/core/quorum/shortened.ts';
import { voteState } from '../../../src/core/quorum/vote-state.ts';
import { faults, withClient, withClients, withDevice, withQuorum, world, type Fault } from './worlds.ts';

const ids = (count: number): NodeId[] => Array.from({ length: count }, (_, index) => (index + 1) as NodeId);

describe('what a finding names', () => {
  it('is the first twenty of a long list, and how many there were; a short one is as it was', () => {
    const params = { nodeIds: ids(5_000), addresses: ['a', 'b'], seen: 'lms' };
    expect(shortened(params)).toEqual({ ...params, nodeIds: ids(MOST_NAMED), nodeIdsCount: 5_000 });
    expect(shortened({ nodeIds: ids(MOST_NAMED) })).toEqual({ nodeIds: ids(MOST_NAMED) });
  });

  it('is in order, also in words', () => {
    expect(inOrder([3, 1, 2])).toBe('1, 2, 3');
    expect(inOrder(ids(22).toReversed())).toBe(`${ids(20).join(', ')} and 2 more`);
  });

  it('are the first of a code, of which the last tells of the others, and no code hides another', () => {
    const alike = ids(25).map((id) => error('unexpected_client', 'duo', `Client ${id}.`, { id }));
    const other = error('client_not_verified', 'duo', 'One more.');
    const named = firstOfEachCode([...alike, other]);
    expect(named).toHaveLength(MOST_NAMED + 1);
    expect(named.at(-2)).toMatchObject({
      message: 'Client 20. There are 5 more like it.',
      params: { id: 20, more: 5 },
    });
    expect(named.at(-1)).toBe(other);
    expect(firstOfEachCode(alike.slice(0, 20))).toEqual(alike.slice(0, 20));
  });
});

describe('a node that names thousands of others', () => {
  const size = (value: unknown): number => JSON.stringify(value).length;

  it('makes no finding that is large', () => {
    const { state, findings } = voteState(
      faults(
        withDevice(2, (status) => ({
          ...status,
          membership: ids(4_000),
          configuredNodes: ids(4_000).map((nodeId) => ({ nodeId, dataCenterId: null })),
        })),
        withClient(2, { membership: ids(4_000), configuredNodes: ids(4_000) }),
        withClients(([one, ...others]) =>
          one ? [one, ...others, ...ids(3_000).map((id) => ({ ...one, nodeId: (id + 2) as NodeId }))] : [],
        ),
      )(world({ nodeCount: 2 })),
    );
    expect(state).not.toBe('ok');
    expect(findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['configured_nodes_differ', 'unexpected_client']),
    );
    for (const finding of findings) expect(size(finding), finding.code).toBeLessThan(8_000);
  });

  it('is told from one that names the same but for the last', () => {
    const sees = (id: number, members: readonly NodeId[]): Fault =>
      faults(
        withQuorum(id, (status) => ({
          ...status,
          members: members.flatMap((nodeId) => status.members.slice(0, 1).map((row) => ({ ...row, nodeId }))),
        })),
        withDevice(id, (status) => ({ ...status, membership: members })),
        withClient(id, { membership: members }),
      );
    const found = (last: number) =>
      voteState(
        faults(sees(1, ids(100)), sees(2, [...ids(99), last as NodeId]))(world({ nodeCount: 2 })),
      ).findings.find(({ code }) => code === 'memberships_differ');
    expect(found(100)).toBeUndefined();
    expect(size(found(200)?.params)).toBeLessThan(2_000);
  });
});
