import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { TieBreaker } from '../../../src/core/corosync/tools/qnetd-tool.ts';
import type { NodeId } from '../../../src/core/names.ts';
import { deviceFor, figures, quorumOf, type Device } from '../../../src/core/quorum/arithmetic.ts';
import { deviceVote, nodesInWords, type Partition } from '../../../src/core/quorum/device-vote.ts';
import { whatIf, type WhatIf, type WhatIfQuestion } from '../../../src/core/quorum/what-if.ts';
import { walkQnetd } from './qnetd-walk.ts';

const ids = (...numbers: number[]): NodeId[] => numbers as NodeId[];
const upTo = (count: number): NodeId[] => ids(...Array.from({ length: count }, (_, index) => index + 1));

const asked = (question: Partial<WhatIfQuestion> & { readonly nodes: readonly NodeId[] }): WhatIf => {
  const result = whatIf({
    device: deviceFor(question.nodes.length),
    tieBreaker: 'lowest',
    down: [],
    arbiter: 'up',
    ...question,
  });
  return result.ok ? result.value : expect.fail(result.findings.map((finding) => finding.message).join('\n'));
};

const words = (answer: WhatIf): string => answer.reasons.map((reason) => reason.text).join('\n');

/** Every way to put the nodes into partitions. */
const partitionsOf = (nodes: readonly NodeId[]): Partition[][] => {
  const [first, ...rest] = nodes;
  if (first === undefined) return [[]];
  return partitionsOf(rest).flatMap((partition) => [
    [[first], ...partition],
    ...partition.map((block, at) => partition.map((other, index) => (index === at ? [first, ...block] : other))),
  ]);
};

const subsetsOf = (nodes: readonly NodeId[]): NodeId[][] =>
  nodes.reduce<NodeId[][]>((sets, id) => [...sets, ...sets.map((set) => [...set, id])], [[]]);

describe('what if two nodes and ffsplit', () => {
  const nodes = ids(1, 2);

  it.each([
    ['nothing happens', [], 'up', [1, 2]],
    ['node 2 is down', [2], 'up', [1]],
    ['node 1, the tie-breaker, is down', [1], 'up', [2]],
    ['the arbiter is away', [], 'down', [1, 2]],
    ['the arbiter is away and node 2 down', [2], 'down', []],
    ['both are down', [1, 2], 'up', []],
  ] as const)('%s', (_world, down, arbiter, quorate) => {
    expect(asked({ nodes, down: ids(...down), arbiter }).quorate).toEqual(quorate);
  });

  it('a cut between them leaves the lowest id quorate, as measured on Debian 12', () => {
    const answer = asked({ nodes, partitions: [ids(1), ids(2)] });
    expect(answer.quorate).toEqual([1]);
    expect(words(answer)).toContain('tie-breaker (the lowest node id) gives the vote to node 1');
  });

  it.each([
    ['highest', 2],
    [2 as NodeId, 2],
    [1 as NodeId, 1],
  ] as const)('a cut with tie-breaker %s leaves node %i', (tieBreaker, winner) => {
    expect(asked({ nodes, tieBreaker, partitions: [ids(1), ids(2)] }).quorate).toEqual([winner]);
  });

  it('the half that had the vote keeps it against the tie-breaker', () => {
    const answer = asked({ nodes, partitions: [ids(1), ids(2)], activePartition: ids(2) });
    expect(answer.quorate).toEqual([2]);
    expect(words(answer)).toContain('keepActivePartitionTieBreaker');
  });

  it('a partition that had both nodes decides nothing: the tie-breaker does', () => {
    expect(asked({ nodes, partitions: [ids(1), ids(2)], activePartition: ids(1, 2) }).quorate).toEqual([1]);
  });

  it('a cut while the arbiter is away stops both halves: never two', () => {
    expect(asked({ nodes, partitions: [ids(1), ids(2)], arbiter: 'down' }).quorate).toEqual([]);
  });
});

describe('what if two nodes without a device', () => {
  const nodes = ids(1, 2);

  it('one loss stops both without two_node', () => {
    expect(asked({ nodes, device: null, down: ids(2) }).quorate).toEqual([]);
  });

  it('two_node lets the survivor go on', () => {
    expect(asked({ nodes, device: null, twoNode: true, down: ids(2) }).quorate).toEqual([1]);
  });

  it('two_node leaves both halves of a cut quorate, and says that this is a split brain', () => {
    const answer = asked({ nodes, device: null, twoNode: true, partitions: [ids(1), ids(2)] });
    expect(answer.quorate).toEqual([1, 2]);
    expect(words(answer)).toContain('split brain');
  });
});

describe('what if three nodes and lms', () => {
  const nodes = ids(1, 2, 3);

  it('the last of three stays quorate while the arbiter votes (3 of 5, measured on Debian 12)', () => {
    const answer = asked({ nodes, down: ids(1, 2) });
    expect(answer.quorate).toEqual([3]);
    expect(answer.outcomes).toEqual([{ nodeId: 3, partition: [3], votes: 3, quorate: true }]);
    expect([answer.expectedVotes, answer.quorum]).toEqual([5, 3]);
  });

  it('two of three are NOT quorate without the arbiter: worse than with no device', () => {
    expect(asked({ nodes, down: ids(3), arbiter: 'down' }).quorate).toEqual([]);
    expect(asked({ nodes, down: ids(3), device: null }).quorate).toEqual([1, 2]);
  });

  it('of two and one, the two get the votes', () => {
    expect(asked({ nodes, partitions: [ids(1), ids(2, 3)] }).quorate).toEqual([2, 3]);
  });

  it('of three alone, the tie-breaker gets them', () => {
    expect(asked({ nodes, partitions: [ids(1), ids(2), ids(3)], tieBreaker: 'highest' }).quorate).toEqual([3]);
  });
});

describe('what if lms must break a tie', () => {
  const halves = [ids(1, 2), ids(3, 4)];
  const device: Device = { algorithm: 'lms', votes: 3 };

  it('takes the lowest or highest CONNECTED id', () => {
    const nodes = ids(1, 2, 3, 4, 5);
    const answer = asked({ nodes, down: ids(5), partitions: halves, tieBreaker: 'highest' });
    expect(answer.quorate).toEqual([3, 4]);
  });

  it('gives ACK to nobody but the tie-breaker itself when that is a node id: its neighbour stays inquorate', () => {
    const answer = asked({ nodes: upTo(4), device, partitions: halves, tieBreaker: 3 as NodeId });
    expect(answer.quorate).toEqual([3]);
    expect(answer.outcomes.find((outcome) => outcome.nodeId === 4)).toMatchObject({ votes: 2, quorate: false });
  });
});

describe('the rules against a walk through qnetd, exhaustively', () => {
  const tieBreakersFor = (nodes: readonly NodeId[]): TieBreaker[] => ['lowest', 'highest', ...nodes];

  it.each([2, 3, 4, 5])('%i nodes: every subset down, every partition, every tie-breaker', (count) => {
    const nodes = upTo(count);
    let compared = 0;
    for (const down of subsetsOf(nodes)) {
      const up = nodes.filter((id) => !down.includes(id));
      for (const partitions of partitionsOf(up)) {
        for (const tieBreaker of tieBreakersFor(nodes)) {
          for (const algorithm of ['ffsplit', 'lms'] as const) {
            const device: Device = { algorithm, votes: algorithm === 'ffsplit' ? 1 : count - 1 };
            const ballot = { device, configured: nodes, partitions, tieBreaker, activePartition: null };
            expect(deviceVote(ballot).holders.toSorted()).toEqual(walkQnetd(ballot).toSorted());
            compared += 1;
          }
        }
      }
    }
    expect(compared).toBeGreaterThan(count * 10);
  });

  it.each([2, 4, 6])('%i nodes in two halves: every partition that may have had the vote before', (count) => {
    const nodes = upTo(count);
    const halves = subsetsOf(nodes).filter((half) => half.length === count / 2);
    const earlier = subsetsOf(nodes).filter((set) => set.length >= count / 2);
    for (const half of halves) {
      const partitions = [half, nodes.filter((id) => !half.includes(id))];
      for (const activePartition of earlier) {
        for (const tieBreaker of tieBreakersFor(nodes)) {
          const device = deviceFor(count);
          const ballot = { device, configured: nodes, partitions, tieBreaker, activePartition };
          expect(deviceVote(ballot).holders.toSorted()).toEqual(walkQnetd(ballot).toSorted());
        }
      }
    }
  });
});

describe('in every world', () => {
  const worlds = fc
    .integer({ min: 2, max: 12 })
    .chain((count) =>
      fc.record({
        count: fc.constant(count),
        /** 0: down; else the number of its partition. */
        places: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: count, maxLength: count }),
        tieBreaker: fc.oneof(
          fc.constantFrom<TieBreaker[]>('lowest', 'highest'),
          fc.integer({ min: 1, max: count }).map((id) => id as NodeId),
        ),
        arbiter: fc.constantFrom<('up' | 'down')[]>('up', 'down'),
      }),
    )
    .map(({ count, places, tieBreaker, arbiter }) => {
      const nodes = upTo(count);
      const at = (place: number): NodeId[] => nodes.filter((_id, index) => places[index] === place);
      const partitions = [1, 2, 3, 4].map(at).filter((partition) => partition.length > 0);
      return { nodes, down: at(0), partitions, tieBreaker, arbiter };
    });

  it('no two partitions are quorate at once', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const quorate = asked(world).outcomes.filter((outcome) => outcome.quorate);
        expect(new Set(quorate.map((outcome) => outcome.partition.join())).size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });

  it('who is quorate counts the votes that the quorum of the expected votes needs', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const answer = asked(world);
        expect(answer.quorum).toBe(quorumOf(answer.expectedVotes));
        for (const { nodeId, votes, quorate } of answer.outcomes) {
          expect(quorate).toBe(votes >= answer.quorum);
          expect(answer.quorate.includes(nodeId)).toBe(quorate);
        }
      }),
    );
  });

  it('the order in which nodes and partitions are named changes nothing', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const turned = asked({
          ...world,
          nodes: world.nodes.toReversed(),
          down: world.down.toReversed(),
          partitions: world.partitions.toReversed().map((partition) => partition.toReversed()),
        });
        expect(turned).toEqual(asked(world));
      }),
    );
  });

  it('losing as many nodes as the figures promise leaves the rest quorate, and one more does not', () => {
    for (let count = 2; count <= 9; count += 1) {
      for (const arbiter of ['up', 'down'] as const) {
        const nodes = upTo(count);
        const { nodeLossesSurvived } = figures({
          nodeCount: count,
          device: deviceFor(count),
          twoNode: false,
          arbiter,
        });
        for (const down of subsetsOf(nodes).filter((set) => set.length <= nodeLossesSurvived + 1)) {
          const quorate = asked({ nodes, down, arbiter }).quorate.length;
          expect(quorate).toBe(down.length <= nodeLossesSurvived ? count - down.length : 0);
        }
      }
    }
  });
});

describe('the reasoning', () => {
  it('names the rule and its source on each line', () => {
    const { reasons } = asked({ nodes: upTo(4), partitions: [ids(1, 2), ids(3, 4)] });
    expect(reasons.map((reason) => reason.text)).toEqual([
      '5 votes are expected, so 3 make quorum.',
      'ffsplit: the halves are equal, so the tie-breaker (the lowest node id) gives the vote to nodes 1 and 2.',
      'Node 1 sees nodes 1 and 2 and counts 3 of the 3 votes it needs: quorate.',
      'Node 2 sees nodes 1 and 2 and counts 3 of the 3 votes it needs: quorate.',
      'Node 3 sees nodes 3 and 4 and counts 2 of the 3 votes it needs: not quorate.',
      'Node 4 sees nodes 3 and 4 and counts 2 of the 3 votes it needs: not quorate.',
    ]);
    for (const { source } of reasons) expect(source).toMatch(/\.c:\w+$|votequorum\(5\)$/);
  });

  it('says how large the winner is', () => {
    expect(words(asked({ nodes: upTo(4), down: ids(3, 4) }))).toContain(
      'nodes 1 and 2 are half of the 4 configured nodes',
    );
    expect(words(asked({ nodes: upTo(4), down: ids(4) }))).toContain('are more than half of the 4 configured nodes');
    expect(words(asked({ nodes: upTo(3), down: ids(2, 3) }))).toContain('node 1 is the only partition');
    expect(words(asked({ nodes: upTo(3), partitions: [ids(1), ids(2, 3)] }))).toContain(
      'nodes 2 and 3 are the largest',
    );
  });

  it('says where the quorum comes from', () => {
    const bar = (answer: WhatIf): string | undefined => answer.reasons[0]?.text;
    expect(bar(asked({ nodes: ids(1, 2), device: null, twoNode: true }))).toContain('two_node is set');
    expect(bar(asked({ nodes: ids(1, 2), device: null }))).toBe('2 votes are expected, so 2 make quorum.');
    expect(bar(asked({ nodes: ids(1), device: null }))).toBe('1 votes are expected, so 1 make quorum.');
  });

  it('says why nobody gets the vote', () => {
    expect(words(asked({ nodes: upTo(4), down: ids(1, 2, 3) }))).toContain('no partition has half');
    expect(words(asked({ nodes: upTo(3), arbiter: 'down' }))).toContain('The arbiter is away');
    expect(words(asked({ nodes: upTo(3), down: upTo(3) }))).toContain('no node is connected');
    expect(words(asked({ nodes: upTo(3), device: null }))).toContain('There is no device');
  });

  it.each([
    [[], 'no node'],
    [[7], 'node 7'],
    [[1, 2], 'nodes 1 and 2'],
    [[1, 2, 3], 'nodes 1, 2 and 3'],
  ])('reads %j as "%s"', (numbers, text) => {
    expect(nodesInWords(ids(...numbers))).toBe(text);
  });
});

describe('a question about another cluster is refused', () => {
  const question: WhatIfQuestion = {
    nodes: ids(1, 2),
    device: deviceFor(2),
    tieBreaker: 'lowest',
    down: [],
    arbiter: 'up',
  };

  it.each([
    ['an unknown node down', { down: ids(3) }, 'what_if_unknown_node'],
    ['an unknown node in a partition', { partitions: [ids(1), ids(2, 9)] }, 'what_if_unknown_node'],
    ['an unknown node in the active partition', { activePartition: ids(4) }, 'what_if_unknown_node'],
    ['a node in two partitions', { partitions: [ids(1, 2), ids(2)] }, 'what_if_bad_partitions'],
    ['a node in no partition', { partitions: [ids(1)] }, 'what_if_bad_partitions'],
    ['a node down and in a partition', { down: ids(2), partitions: [ids(1, 2)] }, 'what_if_bad_partitions'],
    ['an empty partition', { partitions: [ids(1, 2), []] }, 'what_if_bad_partitions'],
    ['a tie-breaker the cluster does not have', { tieBreaker: 3 as NodeId }, 'what_if_unknown_tie_breaker'],
  ])('%s', (_what, change, code) => {
    const result = whatIf({ ...question, ...change });
    expect(result.ok).toBe(false);
    expect(result.findings.map((finding) => finding.code)).toContain(code);
    expect(result.findings.every((finding) => finding.severity === 'error')).toBe(true);
  });

  it('a node named down twice is down once', () => {
    const result = whatIf({ ...question, down: ids(2, 2) });
    expect(result.ok && result.value.quorate).toEqual([1]);
  });
});
