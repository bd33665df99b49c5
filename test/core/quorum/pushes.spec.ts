import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presenceOf, type Presence } from '../../../src/core/quorum/presence.ts';
import type { NodeView, VoteEvidence } from '../../../src/core/quorum/views.ts';
import { voteState, type State, type VoteState } from '../../../src/core/quorum/vote-state.ts';
import { instant } from '../../../src/core/time.ts';
import { singleFaults } from './faulty-worlds.ts';
import { addressOf, faults, LIMITS, NOW, readingOfNode, staleNode, unreachable, withoutView, world } from './worlds.ts';

/** From best to worst; nothing is worse than the last two, each of which forbids to act in its own way. */
const BADNESS: Record<State, number> = { ok: 0, 'at-risk': 1, unknown: 2, lost: 3 };
const ABSENCE: Record<Presence, number> = { present: 0, degraded: 1, unknown: 2, absent: 2 };

const isBetter = (a: VoteState, b: VoteState): boolean =>
  BADNESS[a.state] < BADNESS[b.state] || (a.state === b.state && ABSENCE[presenceOf(a)] < ABSENCE[presenceOf(b)]);

const NODES = 4;
const ids = [1, 2, 3, 4];

/** What we may have seen ourselves: any fault, and any node stale, unreachable or never read. */
const looked: fc.Arbitrary<VoteEvidence> = fc
  .record({
    down: fc.subarray(ids, { maxLength: 3 }),
    arbiter: fc.constantFrom<('up' | 'down')[]>('up', 'up', 'down'),
    wrong: fc.subarray([...singleFaults], { maxLength: 2 }),
    blind: fc.subarray(
      ids.flatMap((id) => [withoutView(id), staleNode(id), unreachable(id), readingOfNode(id, 'quorum', 'unreadable')]),
      { maxLength: 4 },
    ),
  })
  .map(({ down, arbiter, wrong, blind }) =>
    faults(...wrong.map(({ fault }) => fault), ...blind)(world({ nodeCount: NODES, down, arbiter })),
  );

const [healthyView] = world({ nodeCount: NODES }).nodes as [NodeView, ...NodeView[]];

/** Whatever a node with its token may send, of any age, in any number: views of any world, also one that never was. */
const pushes: fc.Arbitrary<NodeView[]> = fc.array(
  fc
    .record({
      from: looked,
      index: fc.integer({ min: 0, max: NODES - 1 }),
      ageMs: fc.integer({ min: -1_000, max: 2 * LIMITS.nodeFreshMs }),
      clockOffsetMs: fc.integer({ min: -1e9, max: 1e9 }),
    })
    .map(({ from, index, ageMs, clockOffsetMs }): NodeView => {
      const view = from.nodes[index] ?? from.nodes[0] ?? healthyView;
      return { ...view, at: instant(NOW - ageMs), source: 'push', clockOffsetMs };
    }),
  { minLength: 1, maxLength: 6 },
);

describe('a push can lower the state and never raise it (invariant 21)', () => {
  it('whatever is pushed beside whatever was seen, neither the state nor the presence of the vote is better than without', () => {
    fc.assert(
      fc.property(looked, pushes, (evidence, pushed) => {
        const without = voteState(evidence);
        const beside = voteState({ ...evidence, nodes: [...evidence.nodes, ...pushed] });
        expect(isBetter(beside, without), `${without.state} became ${beside.state}`).toBe(false);
      }),
      { numRuns: 1_500 },
    );
  }, 60_000);

  it('the true views of a healthy cluster, all pushed, make nothing of no look at all', () => {
    const healthy = world({ nodeCount: NODES });
    const onlyPushed = healthy.nodes.map((view) => ({ ...view, source: 'push' as const }));
    expect(voteState({ ...healthy, nodes: onlyPushed }).state).toBe('unknown');
  });

  it('news of a lost quorum from every node counts although no look has seen it yet', () => {
    const healthy = world({ nodeCount: 2 });
    const lost = world({ nodeCount: 2, partitions: [[1], [2]], arbiter: 'down' });
    const pushed = lost.nodes.map((view) => ({ ...view, source: 'push' as const }));
    const nodes = healthy.nodes.map((view) => ({ ...view, at: instant(NOW - 1_000) }));
    expect(voteState({ ...healthy, nodes: [...nodes, ...pushed] }).state).toBe('lost');
  });

  it('adds what it has to say where the state is as bad already', () => {
    const cut = unreachable(1)(world({ nodeCount: NODES }));
    const pushed = readingOfNode(2, 'device', 'down')(world({ nodeCount: NODES })).nodes[1] as NodeView;
    const evidence = {
      ...cut,
      nodes: [...cut.nodes.map((view) => ({ ...view, at: instant(NOW - 1) })), { ...pushed, source: 'push' as const }],
    };
    const codes = voteState(evidence).findings.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['node_unreachable', 'qdevice_down']));
  });
});

describe('the clock of a node that pushes', () => {
  const pushedAt = (change: Partial<NodeView>): VoteState => {
    const healthy = world({ nodeCount: 2 });
    const [first] = healthy.nodes;
    return voteState({ ...healthy, nodes: [...healthy.nodes, { ...(first as NodeView), source: 'push', ...change }] });
  };

  it.each([-400 * 86_400_000, -31_000, 31_000, 9e12])(
    'being %i ms off is told, and changes nothing',
    (clockOffsetMs) => {
      const state = pushedAt({ clockOffsetMs });
      expect(state.state).toBe('ok');
      expect(state.findings).toMatchObject([{ code: 'node_clock_differs', severity: 'info', subject: addressOf(1) }]);
    },
  );

  it.each([-30_000, 0, 30_000])('being %i ms off is not worth a word', (clockOffsetMs) => {
    expect(pushedAt({ clockOffsetMs }).findings).toEqual([]);
  });

  it('an agent that has fallen silent is told, and changes nothing', () => {
    const state = pushedAt({ at: instant(NOW - LIMITS.nodeFreshMs - 1) });
    expect(state).toMatchObject({ state: 'ok', findings: [{ code: 'agent_silent', severity: 'info' }] });
  });
});
