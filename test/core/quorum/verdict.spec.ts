import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/core/names.ts';
import type { VoteFinding } from '../../../src/core/quorum/vote-finding.ts';
import { voteState, type VoteState } from '../../../src/core/quorum/vote-state.ts';
import {
  addressOf,
  arbiterReading,
  faults,
  readingOfNode,
  unreachable,
  withCluster,
  withInventory,
  withOwnRow,
  withoutArbiter,
  withQuorum,
  world,
} from './worlds.ts';

const codes = ({ findings }: VoteState): string[] => findings.map((finding) => finding.code);
const found = (state: VoteState, code: string): VoteFinding =>
  state.findings.find((finding) => finding.code === code) ?? expect.fail(`${code} is not among ${codes(state).join()}`);

describe('proof that quorum is lost', () => {
  it('two of four isolated nodes are heard and the others silent: they may be quorate together', () => {
    const state = voteState(
      faults(unreachable(3), unreachable(4))(world({ nodeCount: 4, partitions: [[1], [2], [3, 4]] })),
    );
    expect(state.state).toBe('unknown');
    expect(codes(state)[0]).toBe('quorum_unproven');
  });

  it('the arbiter says NACK to the silent two of four as well: lost', () => {
    const refused = faults(
      unreachable(3),
      unreachable(4),
      withCluster((cluster) => ({
        ...cluster,
        clients: cluster.clients.map((client) => ({ ...client, vote: { sent: 'nack', stands: 'nack' } })),
      })),
    )(world({ nodeCount: 4, partitions: [[1], [2], [3, 4]] }));
    expect(voteState(refused).state).toBe('lost');
  });

  it('node 1 of 2 is inquorate and node 2 silent: the arbiter decides whether node 2 can be quorate', () => {
    const cut = world({ nodeCount: 2, partitions: [[2], [1]] });
    const loser = faults(unreachable(1))(cut);
    expect(voteState(loser).state).toBe('unknown');
    expect(voteState(withoutArbiter(loser)).state).toBe('unknown');
    expect(voteState(arbiterReading('unreadable')(loser)).state).toBe('unknown');
    expect(voteState(arbiterReading('down')(loser)).state).toBe('lost');
    const gone = withCluster((cluster) => ({ ...cluster, clients: cluster.clients.filter((one) => one.nodeId === 2) }));
    expect(voteState(gone(loser)).state).toBe('lost');
  });

  it('lms with wait_for_all keeps its vote without qnetd, so a silent node may be quorate', () => {
    const lost = world({ nodeCount: 3, down: [2, 3], arbiter: 'down' });
    expect(voteState(lost).state).toBe('lost');
    const waiting = withQuorum(1, (status) => ({ ...status, flags: [...status.flags, 'WaitForAll'] }))(lost);
    expect(voteState(waiting).state).toBe('unknown');
  });

  it('a silent member of an inquorate partition may have the vote that its neighbour lacks', () => {
    const evidence = world({ nodeCount: 4, down: [3, 4], arbiter: 'down' });
    const pair = faults(withoutArbiter, unreachable(2))(evidence);
    expect(voteState(pair).state).toBe('unknown');
  });

  it('node 2 is silent, and inquorate node 1 still lists it: together with the vote they would be quorate', () => {
    const lacking = world({ nodeCount: 4, partitions: [[1, 2], [3], [4]], arbiter: 'down' });
    expect(voteState(unreachable(2)(lacking)).state).toBe('lost');
    expect(voteState(faults(withoutArbiter, unreachable(2))(lacking)).state).toBe('unknown');
    const alone = world({ nodeCount: 4, partitions: [[1], [2], [3], [4]], arbiter: 'down' });
    expect(voteState(faults(withoutArbiter, unreachable(2))(alone)).state).toBe('lost');
  });

  it('somebody lowered the quorum on one node: the silent ones may have it lower too', () => {
    const silent = faults(
      unreachable(3),
      unreachable(4),
    )(world({ nodeCount: 4, device: null, partitions: [[1], [2], [3, 4]] }));
    expect(voteState(silent).state).toBe('lost');
    expect(voteState(withQuorum(1, (status) => ({ ...status, quorum: 2 }))(silent)).state).toBe('unknown');
  });

  it('neither daemon runs on any node, and nobody sees them: lost', () => {
    const stopped = faults(
      ...[1, 2].flatMap((id) => [readingOfNode(id, 'quorum', 'down'), readingOfNode(id, 'device', 'down')]),
    )(world({ nodeCount: 2 }));
    expect(voteState(stopped).state).toBe('unknown');
    const forgotten = withCluster((cluster) => ({ ...cluster, clients: [] }))(stopped);
    const state = voteState(forgotten);
    expect(state.state).toBe('lost');
    expect(state.nodes.map((node) => [node.online, node.qdevice])).toEqual([
      [false, 'not-registered'],
      [false, 'not-registered'],
    ]);
  });

  it('quorumtool reaches no corosync while the device daemon may run: the user may lack the right, so unknown', () => {
    for (const kind of ['unreadable', 'seen'] as const) {
      const asked = faults(
        ...[1, 2].flatMap((id) => [
          readingOfNode(id, 'quorum', 'down'),
          ...(kind === 'seen' ? [] : [readingOfNode(id, 'device', kind)]),
        ]),
        withCluster((cluster) => ({ ...cluster, clients: [] })),
      )(world({ nodeCount: 2 }));
      const state = voteState(asked);
      expect(state.state).toBe('unknown');
      expect(codes(state)).toContain('node_unreadable');
      expect(state.nodes.map((node) => node.online)).toEqual([null, null]);
    }
  });

  it('a node that never had a device: that it has none now is no proof that corosync is down', () => {
    const plain = faults(...[1, 2].map((id) => readingOfNode(id, 'quorum', 'down')))(
      world({ nodeCount: 2, device: null }),
    );
    expect(voteState(plain).state).toBe('unknown');
  });

  it('corosync is said to be down on node 2, but inquorate node 1 lists it: they contradict, unknown', () => {
    const lacking = faults(
      withoutArbiter,
      readingOfNode(2, 'quorum', 'down'),
      readingOfNode(2, 'device', 'down'),
      withQuorum(1, (status) => ({ ...status, quorate: false, activityBlocked: true, flags: ['Qdevice'] })),
    )(world({ nodeCount: 2 }));
    expect(voteState(lacking).state).toBe('unknown');
  });

  it('a node that nobody registered may be quorate: three vote, two are registered and inquorate', () => {
    const blind = withInventory((inventory) => ({ ...inventory, nodes: inventory.nodes.slice(0, 2) }))(
      world({ nodeCount: 5, device: null, partitions: [[1], [2], [3, 4, 5]] }),
    );
    expect(voteState(blind).state).toBe('unknown');
  });
});

describe('one view is not a proof', () => {
  it('a dead cluster that its arbiter remembers as ACK is unknown, not ok', () => {
    const state = voteState(faults(unreachable(1), unreachable(2))(world({ nodeCount: 2 })));
    expect(state.state).toBe('unknown');
    expect(state.arbiter.vote).toBe('ack');
    expect(state.votes).toEqual({ expected: null, total: null, quorum: null, qdevice: null });
    expect(state.nodes.map((node) => node.online)).toEqual([null, null]);
    expect(state.lossesSurvived).toEqual({ withArbiter: null, withoutArbiter: null });
  });

  it('a node that says it is fine while the arbiter says otherwise: who says what stands in the finding', () => {
    const lying = withCluster((cluster) => ({
      ...cluster,
      clients: cluster.clients.map((client) => ({ ...client, vote: { sent: 'nack', stands: 'nack' } })),
    }))(world({ nodeCount: 2 }));
    const state = voteState(lying);
    expect(state.state).toBe('at-risk');
    expect(state.arbiter.vote).toBe('nack');
    const disagreement = found(state, 'views_disagree');
    expect(disagreement.params).toEqual({ nodeSays: 'cast', arbiterSays: 'nack' });
    expect(disagreement.message).toContain(
      `Node 1 (${addressOf(1)}) says that the device's vote is cast, while the arbiter says NACK`,
    );
  });

  it('the arbiter says ACK and the node does not cast: the other way round is found too', () => {
    const state = voteState(
      withOwnRow(2, (row) => ({ ...row, device: { alive: true, cast: false, masterWins: false } }))(
        world({ nodeCount: 2 }),
      ),
    );
    expect(found(state, 'views_disagree').params).toEqual({ nodeSays: 'not-cast', arbiterSays: 'ack' });
  });

  it('the flag A alone is never health (invariant 21)', () => {
    const alive = faults(
      ...[1, 2].map((id) =>
        withOwnRow(id, (row) => ({ ...row, device: { alive: true, cast: false, masterWins: false } })),
      ),
    )(world({ nodeCount: 2 }));
    expect(voteState(alive).state).toBe('at-risk');
    expect(voteState(alive).nodes.map((node) => node.qdevice)).toEqual(['not-cast', 'not-cast']);
  });

  it('another cluster that is healthy at the same address proves nothing', () => {
    const moved = faults(
      ...[1, 2].map((id) => withQuorum(id, (status) => ({ ...status, nodeId: (id + 10) as NodeId }))),
    )(world({ nodeCount: 2 }));
    expect(voteState(moved).state).toBe('unknown');
    expect(codes(voteState(moved)).filter((code) => code === 'node_is_another')).toHaveLength(2);
  });
});
