import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { voteState } from '../../../src/core/quorum/vote-state.ts';
import type { VoteEvidence } from '../../../src/core/quorum/views.ts';
import { addressOf, faults, withClients, withNet, withOwnRow, withQuorum, world, type Fault } from './worlds.ts';

/** What may really be wrong with a cluster, as all its sources would tell it if none of them lied. */
interface Trouble {
  readonly says: string;
  readonly nodeCount: number;
  readonly truth: VoteEvidence;
}

/** The device daemon of a node does not run, or is not let in: its node, the others and the arbiter all see it. */
const deviceAway =
  (id: number, others: readonly number[]): Fault =>
  (evidence) =>
    faults(
      withOwnRow(id, (row) => ({ ...row, device: { alive: true, cast: false, masterWins: false } })),
      withQuorum(id, (status) => ({
        ...status,
        totalVotes: status.members.length,
        device: status.device && { ...status.device, votes: 0, configuredVotes: status.device.votes },
      })),
      withNet(id, { state: 'connecting', tlsActive: null }),
      withClients((clients) => clients.filter((client) => client.nodeId !== id)),
      ...others.map((other) =>
        withQuorum(other, (status) => ({
          ...status,
          members: status.members.map((row) =>
            row.nodeId === id ? { ...row, device: { alive: true, cast: false, masterWins: false } } : row,
          ),
        })),
      ),
    )(evidence);

const troubles: fc.Arbitrary<Trouble> = fc
  .record({ nodeCount: fc.constantFrom(2, 4, 6), node: fc.nat(), kind: fc.constantFrom(0, 1, 2, 3) })
  .map(({ nodeCount, node, kind }) => {
    const ids = Array.from({ length: nodeCount }, (_, index) => index + 1);
    const one = 1 + (node % nodeCount);
    const rest = ids.filter((id) => id !== one);
    const healthy = world({ nodeCount });
    const made: readonly Omit<Trouble, 'nodeCount'>[] = [
      { says: `node ${one} is down`, truth: world({ nodeCount, down: [one] }) },
      { says: 'the arbiter is away', truth: world({ nodeCount, arbiter: 'down' }) },
      { says: `node ${one} is cut off`, truth: world({ nodeCount, partitions: [[one], rest] }) },
      { says: `the device of node ${one} is away`, truth: deviceAway(one, rest)(healthy) },
    ];
    return { nodeCount, ...(made[kind] ?? expect.fail('no such trouble')) };
  });

/** One source says what it would say if all were well: the most that a liar, or a replay of better days, can do. */
const lies = (nodeCount: number): { readonly liar: string; readonly forge: Fault }[] => {
  const better = world({ nodeCount });
  const ofNode = (id: number): Fault => {
    const view = better.nodes.find(({ address }) => address === addressOf(id));
    return (evidence) => ({
      ...evidence,
      nodes: [...evidence.nodes.filter(({ address }) => address !== addressOf(id)), ...(view ? [view] : [])],
    });
  };
  return [
    { liar: 'the arbiter', forge: (evidence) => ({ ...evidence, arbiter: better.arbiter }) },
    ...Array.from({ length: nodeCount }, (_, index) => ({ liar: `node ${index + 1}`, forge: ofNode(index + 1) })),
  ];
};

const forged = troubles.chain((trouble) =>
  fc
    .constantFrom(...lies(trouble.nodeCount))
    .map((lie) => ({ ...trouble, liar: lie.liar, seen: lie.forge(trouble.truth) })),
);

describe('one source that lies', () => {
  it('never makes ok of a cluster that is not (invariant 21)', () => {
    fc.assert(
      fc.property(forged, ({ says, liar, seen }) => {
        expect(voteState(seen).state, `${says}, and ${liar} says that all is well`).not.toBe('ok');
      }),
      { numRuns: 600 },
    );
  });

  it('is what the property above is about: without the trouble the same worlds are ok', () => {
    for (const nodeCount of [2, 4, 6])
      for (const { forge } of lies(nodeCount)) expect(voteState(forge(world({ nodeCount }))).state).toBe('ok');
  });

  it('never makes ok of a cluster whose other views have grown old', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 4, 6), fc.nat(), (nodeCount, which) => {
        const healthy = world({ nodeCount });
        const { forge } = lies(nodeCount)[which % (nodeCount + 1)] ?? expect.fail('no such liar');
        const silent: VoteEvidence = { ...healthy, arbiter: null, nodes: [] };
        expect(voteState(forge(silent)).state).not.toBe('ok');
      }),
    );
  });
});
