import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { NodeId } from '../../../src/core/names.ts';
import { forecast } from '../../../src/core/quorum/arithmetic.ts';
import { voteState, type State } from '../../../src/core/quorum/vote-state.ts';
import type { VoteEvidence } from '../../../src/core/quorum/views.ts';
import { whatIf } from '../../../src/core/quorum/what-if.ts';
import { singleFaults } from './faulty-worlds.ts';
import {
  addressOf,
  arbiterReading,
  readingOfNode,
  staleArbiter,
  staleNode,
  unreachable,
  withoutArbiter,
  withoutView,
  world,
  type Condition,
  type Fault,
} from './worlds.ts';

/** `lost` and `unknown` are both the bottom: neither is better news than the other. */
const RANK: Record<State, number> = { ok: 2, 'at-risk': 1, lost: 0, unknown: 0 };
const rank = (evidence: VoteEvidence): number => RANK[voteState(evidence).state];

/** What the service may fail to see, whatever the cluster's condition. */
const blindnesses = (nodeCount: number): Fault[] => [
  withoutArbiter,
  staleArbiter,
  arbiterReading('unreadable'),
  ...Array.from({ length: nodeCount }, (_, index) => index + 1).flatMap((id) => [
    withoutView(id),
    staleNode(id),
    unreachable(id),
    readingOfNode(id, 'quorum', 'unreadable'),
    readingOfNode(id, 'device', 'unreadable'),
  ]),
];

const conditions: fc.Arbitrary<Condition> = fc.integer({ min: 2, max: 7 }).chain((nodeCount) =>
  fc
    .record({
      /** 0: down; else the number of its partition. Mostly together, or every world would be in pieces. */
      places: fc.array(fc.constantFrom(0, 1, 1, 1, 1, 2, 3), { minLength: nodeCount, maxLength: nodeCount }),
      arbiter: fc.constantFrom<('up' | 'down')[]>('up', 'up', 'down'),
      plain: fc.boolean(),
      twoNode: fc.boolean(),
    })
    .map(({ places, arbiter, plain, twoNode }) => {
      const at = (place: number): number[] => places.flatMap((other, index) => (other === place ? [index + 1] : []));
      return {
        nodeCount,
        down: at(0),
        partitions: [1, 2, 3].map(at).filter((partition) => partition.length > 0),
        arbiter,
        twoNode: plain && twoNode && nodeCount === 2,
        ...(plain ? { device: null } : {}),
      };
    }),
);

const blindWorlds = conditions.chain((condition) =>
  fc.subarray(blindnesses(condition.nodeCount), { maxLength: 4 }).map((blind) => ({
    condition,
    seen: blind.reduce((evidence, fault) => fault(evidence), world(condition)),
  })),
);

/** Who is quorate in truth, which the service can only infer. */
const quorateInTruth = ({ nodeCount, device, down = [], partitions, arbiter = 'up', twoNode = false }: Condition) => {
  const nodes = Array.from({ length: nodeCount }, (_, index) => (index + 1) as NodeId);
  const answer = whatIf({
    nodes,
    device: device === undefined ? (world({ nodeCount }).inventory.device ?? null) : device,
    tieBreaker: 'lowest',
    down: down as NodeId[],
    arbiter,
    twoNode,
    ...(partitions ? { partitions: partitions as NodeId[][] } : {}),
  });
  return answer.ok ? answer.value.quorate : expect.fail('no such world');
};

describe('the state never says more than the truth (invariant 21)', () => {
  it('lost: nobody is quorate. at-risk and ok: somebody is', () => {
    fc.assert(
      fc.property(blindWorlds, ({ condition, seen }) => {
        const { state } = voteState(seen);
        const quorate = quorateInTruth(condition).length > 0;
        if (state === 'lost') expect(quorate).toBe(false);
        if (state === 'at-risk' || state === 'ok') expect(quorate).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it('ok: every node up and together, the arbiter voting, and nothing hidden from us', () => {
    fc.assert(
      fc.property(blindWorlds, ({ condition, seen }) => {
        const perfect =
          condition.device !== null &&
          condition.arbiter === 'up' &&
          condition.down?.length === 0 &&
          condition.partitions?.length === 1;
        if (voteState(seen).state === 'ok') expect(perfect).toBe(true);
        if (perfect) expect(voteState(world(condition)).state).toBe('ok');
      }),
      { numRuns: 1500 },
    );
  });

  it('with every view fresh, truth and state are the same: quorate or lost, never unknown', () => {
    fc.assert(
      fc.property(
        conditions.filter(({ down = [] }) => down.length === 0),
        (condition) => {
          const quorate = quorateInTruth(condition).length > 0;
          expect(['ok', 'at-risk'].includes(voteState(world(condition)).state)).toBe(quorate);
          expect(voteState(world(condition)).state).not.toBe('unknown');
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('adding a failure never raises the state', () => {
  it('one more thing not seen, in any world', () => {
    fc.assert(
      fc.property(
        blindWorlds.chain((made) =>
          fc.tuple(fc.constant(made), fc.constantFrom(...blindnesses(made.condition.nodeCount))),
        ),
        ([{ seen }, blind]) => {
          expect(rank(blind(seen))).toBeLessThanOrEqual(rank(seen));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('one more node down, in any undivided cluster', () => {
    const undivided = fc.record({
      nodeCount: fc.integer({ min: 2, max: 8 }),
      arbiter: fc.constantFrom<('up' | 'down')[]>('up', 'down'),
      order: fc.shuffledSubarray([1, 2, 3, 4, 5, 6, 7, 8], { minLength: 8 }),
    });
    fc.assert(
      fc.property(undivided, ({ nodeCount, arbiter, order }) => {
        const falling = order.filter((id) => id <= nodeCount);
        const ranks = [0, ...falling].map((_id, count) =>
          rank(world({ nodeCount, arbiter, down: falling.slice(0, count) })),
        );
        expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
      }),
    );
  });

  it.each(singleFaults)('a second fault beside: $world', ({ fault }) => {
    const once = fault(world({ nodeCount: 4 }));
    for (const second of singleFaults) expect(rank(second.fault(once))).toBeLessThanOrEqual(rank(once));
  });
});

describe('removing a source never yields ok', () => {
  it.each([2, 3, 4, 5])('from a healthy cluster of %i nodes', (nodeCount) => {
    const healthy = world({ nodeCount });
    for (const blind of blindnesses(nodeCount)) expect(voteState(blind(healthy)).state).not.toBe('ok');
  });

  it('nor from any other world', () => {
    fc.assert(
      fc.property(blindWorlds, ({ condition: { nodeCount, device }, seen }) => {
        fc.pre(device !== null);
        const removals = [withoutArbiter, ...Array.from({ length: nodeCount }, (_, index) => withoutView(index + 1))];
        for (const remove of removals) expect(voteState(remove(seen)).state).not.toBe('ok');
      }),
      { numRuns: 300 },
    );
  });

  it.each(singleFaults)('nor with: $world', ({ fault }) => {
    const faulty = fault(world({ nodeCount: 4 }));
    for (const remove of [withoutArbiter, ...[1, 2, 3, 4].map(withoutView)]) {
      expect(voteState(remove(faulty)).state).not.toBe('ok');
    }
  });
});

describe('the order of the inputs changes nothing', () => {
  const shuffled = <T>(list: readonly T[]): fc.Arbitrary<T[]> =>
    fc.shuffledSubarray([...list], { minLength: list.length });

  /** Everything that is a list, in another order. */
  const reordered = (evidence: VoteEvidence): fc.Arbitrary<VoteEvidence> => {
    const clusters = evidence.arbiter?.reading.kind === 'known' ? evidence.arbiter.reading.value : [];
    return fc
      .record({
        inventory: shuffled(evidence.inventory.nodes),
        views: shuffled(evidence.nodes),
        clusters: shuffled(clusters),
        turn: fc.boolean(),
      })
      .map(({ inventory, views, clusters: listed, turn }) => ({
        ...evidence,
        inventory: { ...evidence.inventory, nodes: inventory },
        nodes: views.map((view) =>
          turn && 'quorum' in view && view.quorum.kind === 'known'
            ? {
                ...view,
                quorum: {
                  ...view.quorum,
                  value: { ...view.quorum.value, members: view.quorum.value.members.toReversed() },
                },
              }
            : view,
        ),
        arbiter: evidence.arbiter && {
          ...evidence.arbiter,
          reading:
            evidence.arbiter.reading.kind === 'known'
              ? {
                  ...evidence.arbiter.reading,
                  value: listed.map((cluster) => ({
                    ...cluster,
                    clients: turn ? cluster.clients.toReversed() : cluster.clients,
                  })),
                }
              : evidence.arbiter.reading,
        },
      }));
  };

  it('in any world', () => {
    fc.assert(
      fc.property(
        blindWorlds.chain(({ seen }) => fc.tuple(fc.constant(seen), reordered(seen))),
        ([seen, other]) => {
          expect(voteState(other)).toEqual(voteState(seen));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(singleFaults)('with: $world', ({ fault }) => {
    const faulty = fault(world({ nodeCount: 4 }));
    fc.assert(
      fc.property(reordered(faulty), (other) => {
        expect(voteState(other)).toEqual(voteState(faulty));
      }),
      { numRuns: 10 },
    );
  });
});

describe('the figures of the state are those of the plan', () => {
  it.each(Array.from({ length: 15 }, (_, index) => index + 2))('healthy, %i nodes', (nodeCount) => {
    const { after, afterWithoutQdevice } = forecast(nodeCount, { twoNode: false });
    const { votes, lossesSurvived } = voteState(world({ nodeCount }));
    expect(votes).toEqual({
      expected: after.expectedVotes,
      total: after.nodeVotes + after.qdeviceVotes,
      quorum: after.quorum,
      qdevice: after.qdeviceVotes,
    });
    expect(lossesSurvived).toEqual({
      withArbiter: after.nodeLossesSurvived,
      withoutArbiter: afterWithoutQdevice.nodeLossesSurvived,
    });
  });

  it('"one failure from loss" is said exactly where one more failure, tried out, loses a quorum', () => {
    const undivided = fc.record({
      nodeCount: fc.integer({ min: 2, max: 7 }),
      lost: fc.integer({ min: 0, max: 6 }),
      arbiter: fc.constantFrom<('up' | 'down')[]>('up', 'down'),
    });
    fc.assert(
      fc.property(undivided, ({ nodeCount, lost, arbiter }) => {
        const down = Array.from({ length: nodeCount }, (_, index) => nodeCount - index).slice(0, lost);
        const condition = { nodeCount, down, arbiter };
        fc.pre(quorateInTruth(condition).length > 0);
        const next = [
          { ...condition, arbiter: 'down' as const },
          ...Array.from({ length: nodeCount - down.length }, (_, index) => ({
            ...condition,
            down: [...down, index + 1],
          })),
        ];
        const fatal = next.some((worse) => quorateInTruth(worse).length === 0);
        const said = voteState(world(condition)).findings.some((finding) => finding.code === 'one_failure_from_loss');
        expect(said).toBe(fatal);
      }),
    );
  });

  it('names each node once, whatever happens', () => {
    fc.assert(
      fc.property(blindWorlds, ({ condition, seen }) => {
        expect(voteState(seen).nodes.map((node) => node.name)).toEqual(
          Array.from({ length: condition.nodeCount }, (_, index) => addressOf(index + 1)),
        );
      }),
    );
  });
});
