import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/core/names.ts';
import { deviceFor } from '../../../src/core/quorum/arithmetic.ts';
import { isSafe, restartImpact, type ClusterStanding } from '../../../src/core/quorum/restart-impact.ts';
import { voteState } from '../../../src/core/quorum/vote-state.ts';
import { whatIf } from '../../../src/core/quorum/what-if.ts';
import { world, type Condition } from './worlds.ts';

const standingIn = (condition: Condition): ClusterStanding => {
  const { state, votes, findings } = voteState(world(condition));
  return { name: 'c1', state, votes, codes: findings.map(({ code }) => code) };
};
const impactIn = (condition: Condition) => restartImpact(standingIn(condition));

describe('a cluster whose qnetd stops', () => {
  it.each([
    ['two nodes, both up', { nodeCount: 2 }, 'stays-quorate'],
    ['two nodes, one down', { nodeCount: 2, down: [2] }, 'would-lose'],
    ['four nodes, one down', { nodeCount: 4, down: [4] }, 'stays-quorate'],
    ['four nodes, two down', { nodeCount: 4, down: [3, 4] }, 'would-lose'],
    ['three nodes with lms, all up', { nodeCount: 3 }, 'stays-quorate'],
    ['three nodes with lms, one down', { nodeCount: 3, down: [1] }, 'would-lose'],
    ['two nodes, both down', { nodeCount: 2, down: [1, 2] }, 'not-known'],
    ['two nodes cut from each other', { nodeCount: 2, partitions: [[1], [2]] }, 'not-known'],
  ] as const)('%s', (_world, condition, impact) => {
    expect(impactIn(condition).impact).toBe(impact);
  });

  it('says by how many votes', () => {
    expect(impactIn({ nodeCount: 2, down: [2] }).reason).toMatchObject({
      code: 'restart_loses_quorum',
      params: { votesWithoutDevice: 1, quorum: 2 },
    });
  });

  it('has nothing to lose when it is lost', () => {
    const lost: ClusterStanding = { name: 'c1', state: 'lost', votes: null, codes: ['quorum_lost'] };
    expect(restartImpact(lost)).toMatchObject({ impact: 'lost', reason: { code: 'quorum_lost_already' } });
  });

  it('stays quorate only where arithmetic says so of the same nodes (invariant 5)', () => {
    const conditions = fc.integer({ min: 2, max: 7 }).chain((nodeCount) =>
      fc.record({
        nodeCount: fc.constant(nodeCount),
        down: fc.uniqueArray(fc.integer({ min: 1, max: nodeCount }), { maxLength: nodeCount }),
        arbiter: fc.constantFrom('up' as const, 'down' as const),
      }),
    );
    fc.assert(
      fc.property(conditions, (condition) => {
        const { impact } = impactIn(condition);
        const { nodeCount, down } = condition;
        const answer = whatIf({
          nodes: Array.from({ length: nodeCount }, (_, index) => (index + 1) as NodeId),
          device: deviceFor(nodeCount),
          ...{ tieBreaker: 'lowest', arbiter: 'down', down: down as NodeId[] },
        });
        if (!answer.ok) expect.fail('a question that cannot be asked');
        const survivors = answer.value.quorate.length;
        if (impact === 'stays-quorate') expect(survivors).toBeGreaterThan(0);
        if (impact === 'would-lose') expect(survivors).toBe(0);
      }),
    );
  });
});

describe('the verdict', () => {
  it('takes a cluster of which nothing is known for one that would lose quorum (invariant 21)', () => {
    const [stays, loses, unknown, lost] = [
      ...(['stays-quorate', 'would-lose', 'not-known', 'lost'] as const).map((impact) => ({ impact })),
    ];
    if (!stays || !loses || !unknown || !lost) expect.fail();
    expect(isSafe([])).toBe(true);
    expect(isSafe([stays, lost])).toBe(true);
    expect(isSafe([stays, unknown])).toBe(false);
    expect(isSafe([stays, loses])).toBe(false);
  });
});
