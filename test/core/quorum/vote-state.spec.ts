import { describe, expect, it } from 'vitest';
import { hasError } from '../../../src/core/finding.ts';
import type { NodeId } from '../../../src/core/names.ts';
import { instant } from '../../../src/core/time.ts';
import { deviceFor } from '../../../src/core/quorum/arithmetic.ts';
import { VOTE_FINDING_CODES, type VoteFinding } from '../../../src/core/quorum/vote-finding.ts';
import { voteState, type VoteState } from '../../../src/core/quorum/vote-state.ts';
import type { VoteEvidence } from '../../../src/core/quorum/views.ts';
import { singleFaults } from './faulty-worlds.ts';
import {
  addressOf,
  CLUSTER,
  faults,
  LIMITS,
  NOW,
  withClient,
  withCluster,
  withDevice,
  withInventory,
  withOwnRow,
  withoutArbiter,
  withoutView,
  withQuorum,
  withStatus,
  world,
} from './worlds.ts';

const codes = ({ findings }: VoteState): string[] => findings.map((finding) => finding.code);
const found = (state: VoteState, code: string): VoteFinding =>
  state.findings.find((finding) => finding.code === code) ?? expect.fail(`${code} is not among ${codes(state).join()}`);

describe('a healthy cluster', () => {
  it.each(Array.from({ length: 15 }, (_, index) => index + 2))('of %i nodes is ok, with nothing found', (nodeCount) => {
    const state = voteState(world({ nodeCount }));
    expect(state.state).toBe('ok');
    expect(state.findings).toEqual([]);
  });

  it('of two nodes is described as the REST contract has it', () => {
    expect(voteState(world({ nodeCount: 2 }))).toEqual({
      state: 'ok',
      findings: [],
      votes: { expected: 3, total: 3, quorum: 2, qdevice: 1 },
      nodes: [
        { nodeId: 1, name: addressOf(1), online: true, qdevice: 'cast' },
        { nodeId: 2, name: addressOf(2), online: true, qdevice: 'cast' },
      ],
      arbiter: { vote: 'ack' },
      lossesSurvived: { withArbiter: 1, withoutArbiter: 0 },
      sources: [
        { source: 'arbiter', at: NOW, ageMs: 0, fresh: true },
        { source: 'node', at: NOW, ageMs: 0, fresh: true },
        { source: 'node', at: NOW, ageMs: 0, fresh: true },
      ],
    });
  });

  it('whose nodes carry names shows them', () => {
    const named = withInventory((inventory) => ({
      ...inventory,
      nodes: inventory.nodes.map((node) => ({ ...node, name: `pve${node.nodeId}` })),
    }))(world({ nodeCount: 2 }));
    expect(voteState(named).nodes.map((node) => node.name)).toEqual(['pve1', 'pve2']);
  });

  it('whose node ids were not known before is ok: the nodes say them', () => {
    const unidentified = withInventory((inventory) => ({
      ...inventory,
      nodes: inventory.nodes.map((node) => ({ ...node, nodeId: null })),
    }))(world({ nodeCount: 3 }));
    const state = voteState(unidentified);
    expect(state.state).toBe('ok');
    expect(state.nodes.map((node) => node.nodeId)).toEqual([1, 2, 3]);
  });

  it('stays ok when qnetd accepts plain text from others, but says so', () => {
    const open = voteState(withStatus({ tls: 'supported' })(world({ nodeCount: 2 })));
    expect(open.state).toBe('ok');
    expect(codes(open)).toEqual(['arbiter_accepts_plaintext']);
    expect(voteState(withStatus({ tls: 'required' })(world({ nodeCount: 2 }))).findings).toEqual([]);
  });

  it('is ok to the last millisecond of freshness, and not one later', () => {
    const aged = (ms: number): VoteEvidence => ({ ...world({ nodeCount: 2 }), at: instant(NOW + ms) });
    expect(voteState(aged(LIMITS.arbiterFreshMs)).state).toBe('ok');
    expect(codes(voteState(aged(LIMITS.arbiterFreshMs + 1)))).toEqual(['arbiter_view_stale']);
    expect(voteState(aged(LIMITS.nodeFreshMs)).state).toBe('at-risk');
    expect(voteState(aged(LIMITS.nodeFreshMs + 1)).state).toBe('unknown');
  });
});

describe('different configuration versions', () => {
  it('are told and leave the cluster ok: a restarted daemon reports a newer version than its neighbours', () => {
    const restarted = faults(
      withDevice(2, (status) => ({ ...status, configVersion: '4' })),
      withClient(2, { configVersion: '4' }),
    )(world({ nodeCount: 2 }));
    expect(voteState(restarted).state).toBe('ok');
    expect(found(voteState(restarted), 'config_versions_differ').params['versions']).toEqual([
      `qdevice of ${addressOf(1)}: 3`,
      `qdevice of ${addressOf(2)}: 4`,
      'arbiter for node 1: 3',
      'arbiter for node 2: 4',
    ]);
  });
});

describe('one fault in a healthy four-node cluster is never ok (invariant 21)', () => {
  it.each(singleFaults)('$world: $state, $says', ({ fault, state, says }) => {
    const judged = voteState(fault(world({ nodeCount: 4 })));
    expect(judged.state).toBe(state);
    expect(codes(judged)).toContain(says);
  });
});

describe('worlds measured on Debian 12', () => {
  it('one of two nodes is dead: quorate, one failure from loss', () => {
    const state = voteState(world({ nodeCount: 2, down: [2] }));
    expect(state.state).toBe('at-risk');
    expect(state.votes).toEqual({ expected: 3, total: 2, quorum: 2, qdevice: 1 });
    expect(state.nodes).toEqual([
      { nodeId: 1, name: addressOf(1), online: true, qdevice: 'cast' },
      { nodeId: 2, name: addressOf(2), online: false, qdevice: 'unknown' },
    ]);
    expect(state.lossesSurvived).toEqual({ withArbiter: 0, withoutArbiter: 0 });
    expect(found(state, 'one_failure_from_loss').params['failures']).toEqual([addressOf(1), 'the arbiter']);
    expect(codes(state)).toContain('node_unreachable');
  });

  it('two nodes cut from each other: the lower one keeps the quorum, the other is named', () => {
    const state = voteState(world({ nodeCount: 2, partitions: [[1], [2]] }));
    expect(state.state).toBe('at-risk');
    expect(found(state, 'node_inquorate').subject).toBe(addressOf(2));
    expect(found(state, 'client_vote_refused').subject).toBe(addressOf(2));
    expect(codes(state)).not.toContain('views_disagree');
    expect(state.arbiter.vote).toBe('ack');
    expect(state.nodes.map((node) => node.online)).toEqual([true, false]);
    expect(state.nodes.map((node) => node.qdevice)).toEqual(['cast', 'not-cast']);
  });

  it('qnetd is stopped and both nodes are up: quorate, the next failure stops it', () => {
    const state = voteState(world({ nodeCount: 2, arbiter: 'down' }));
    expect(state.state).toBe('at-risk');
    expect(state.votes).toEqual({ expected: 3, total: 2, quorum: 2, qdevice: 0 });
    expect(state.arbiter.vote).toBe('unknown');
    expect(found(state, 'one_failure_from_loss').params['failures']).toEqual([addressOf(1), addressOf(2)]);
    expect(codes(state)).toEqual(expect.arrayContaining(['qnetd_down', 'vote_not_cast', 'device_not_connected']));
  });

  it('qnetd is stopped under four nodes: at risk, though one more loss would still be survived', () => {
    const state = voteState(world({ nodeCount: 4, arbiter: 'down' }));
    expect(state.state).toBe('at-risk');
    expect(codes(state)).not.toContain('one_failure_from_loss');
    expect(state.lossesSurvived).toEqual({ withArbiter: 2, withoutArbiter: 1 });
  });

  it('qnetd is stopped under three nodes with lms: each node is one failure from loss', () => {
    const state = voteState(world({ nodeCount: 3, arbiter: 'down' }));
    expect(found(state, 'one_failure_from_loss').params['failures']).toEqual([1, 2, 3].map(addressOf));
    expect(state.lossesSurvived).toEqual({ withArbiter: 2, withoutArbiter: 0 });
  });

  it('qnetd is down and one of two nodes dead: lost', () => {
    const state = voteState(world({ nodeCount: 2, down: [2], arbiter: 'down' }));
    expect(state.state).toBe('lost');
    expect(codes(state)[0]).toBe('quorum_lost');
    expect(state.lossesSurvived).toEqual({ withArbiter: null, withoutArbiter: null });
    expect(state.votes).toEqual({ expected: 3, total: 1, quorum: 2, qdevice: 0 });
    expect(state.nodes[0]?.online).toBe(true);
  });

  it('qnetd is down and one of three lms nodes dead: lost, worse than with no device', () => {
    expect(voteState(world({ nodeCount: 3, down: [3], arbiter: 'down' })).state).toBe('lost');
    expect(voteState(world({ nodeCount: 3, down: [3], device: null })).state).toBe('at-risk');
  });

  it('the last of three lms nodes stays quorate', () => {
    const state = voteState(world({ nodeCount: 3, down: [1, 2] }));
    expect(state.state).toBe('at-risk');
    expect(state.votes).toEqual({ expected: 5, total: 3, quorum: 3, qdevice: 2 });
    expect(found(state, 'one_failure_from_loss').params['failures']).toEqual([addressOf(3), 'the arbiter']);
  });

  it('qdevice is stopped on node 2 (NR): the failure of node 1 would leave node 2 without the vote', () => {
    const stopped = faults(
      withOwnRow(2, (row) => ({ ...row, device: 'not-registered' })),
      withQuorum(2, (status) => ({
        ...status,
        totalVotes: 2,
        flags: ['Quorate'],
        device: { votes: 0, configuredVotes: 1, name: 'Qdevice' },
      })),
    )(world({ nodeCount: 2 }));
    const state = voteState(stopped);
    expect(state.nodes.map((node) => node.qdevice)).toEqual(['cast', 'not-registered']);
    expect(found(state, 'one_failure_from_loss').params['failures']).toEqual([addressOf(1)]);
  });

  it('both halves say quorate for some seconds after a cut: two quorate partitions', () => {
    const cut = world({ nodeCount: 2, partitions: [[1], [2]] });
    const both = withQuorum(2, (status) => ({
      ...status,
      quorate: true,
      activityBlocked: false,
      flags: ['Quorate', 'Qdevice'],
    }))(cut);
    const state = voteState(both);
    expect(state.state).toBe('at-risk');
    expect(found(state, 'two_quorate_partitions').severity).toBe('error');
  });

  it('expected votes sunk to 2 after a reload on a degraded cluster: judged by the quorum, which is the same', () => {
    const sunk = withQuorum(1, (status) => ({ ...status, expectedVotes: 2, highestExpected: 2 }))(
      world({ nodeCount: 2, down: [2] }),
    );
    expect(codes(voteState(sunk))).not.toContain('quorum_differs');
  });
});

describe('what is read out of the views', () => {
  const unregistered = withInventory((inventory) => ({
    ...inventory,
    nodes: inventory.nodes.map((node) => (node.nodeId === 2 ? { ...node, nodeId: null } : node)),
  }));

  it('A,V without a device row is "not-cast" for the node itself', () => {
    const outlasting = withQuorum(2, (status) => ({ ...status, totalVotes: 2, device: null }))(world({ nodeCount: 2 }));
    expect(voteState(outlasting).nodes.map((node) => node.qdevice)).toEqual(['cast', 'not-cast']);
  });

  it("a node that was not read is judged by what its neighbour's table shows of it", () => {
    const state = voteState(withoutView(2)(world({ nodeCount: 2 })));
    expect(state.nodes.map((node) => node.qdevice)).toEqual(['cast', 'cast']);
    expect(codes(state)).toEqual(['node_not_read']);
  });

  it('a node whose id is not known stands last, is not called a stranger, and its vote is still seen', () => {
    const state = voteState(faults(withoutView(2), unregistered)(world({ nodeCount: 4 })));
    expect(state.nodes.map((node) => [node.nodeId, node.online])).toEqual([
      [1, true],
      [3, true],
      [4, true],
      [null, null],
    ]);
    expect(codes(state)).toEqual(['node_not_read']);
    expect(codes(voteState(faults(withoutView(2), unregistered)(world({ nodeCount: 2 }))))).toEqual(['node_not_read']);
  });

  it('nodes whose ids are not known stand in the order of their addresses', () => {
    const unread = faults(
      withInventory((inventory) => ({
        ...inventory,
        nodes: inventory.nodes.toReversed().map((node) => ({ ...node, nodeId: null })),
      })),
      ...[1, 2, 3].map(withoutView),
    )(world({ nodeCount: 3 }));
    expect(voteState(unread).nodes.map((node) => node.name)).toEqual([1, 2, 3].map(addressOf));
  });

  it('one device without the vote is no catastrophe while two others have it', () => {
    const one = withOwnRow(3, (row) => ({ ...row, device: { alive: true, cast: false, masterWins: false } }));
    const state = voteState(one(world({ nodeCount: 4, down: [4] })));
    expect(codes(state)).toContain('vote_not_cast');
    expect(codes(state)).not.toContain('one_failure_from_loss');
  });

  it('a deviating nodelist is named with who has it', () => {
    const deviating = withClient(1, { configuredNodes: [3, 1] as NodeId[] })(world({ nodeCount: 2 }));
    expect(found(voteState(deviating), 'configured_nodes_differ').params).toEqual({
      nodelists: ['arbiter for node 1: 1, 3'],
    });
  });

  it('figures come from the quorate node with the lowest id among equals', () => {
    expect(found(voteState(world({ nodeCount: 3, down: [3] })), 'node_offline').params).toEqual({
      seenBy: 1,
      members: [1, 2],
    });
    const cut = voteState(
      world({
        nodeCount: 5,
        partitions: [
          [1, 2],
          [3, 4, 5],
        ],
      }),
    );
    expect(found(cut, 'node_inquorate').message).toContain('while node 3 is');
  });
});

describe("the arbiter's word", () => {
  const says = (sent: 'ack' | 'nack' | 'askLater' | 'waitForReply' | 'noChange', stands: 'ack' | 'nack' | null) =>
    voteState(
      withCluster((cluster) => ({
        ...cluster,
        clients: cluster.clients.map((client) => ({ ...client, vote: { sent, stands } })),
      }))(world({ nodeCount: 2 })),
    );

  it.each([
    ['ack', 'ack', 'ack', 'ok'],
    ['noChange', 'ack', 'ack', 'ok'],
    ['nack', 'nack', 'nack', 'at-risk'],
    ['noChange', 'nack', 'nack', 'at-risk'],
    ['waitForReply', 'ack', 'wait-for-reply', 'at-risk'],
    ['waitForReply', null, 'wait-for-reply', 'at-risk'],
    ['askLater', 'ack', 'ask-later', 'at-risk'],
    ['askLater', null, 'ask-later', 'at-risk'],
    ['noChange', null, 'none', 'at-risk'],
  ] as const)('%s (%s) is %s, and the cluster %s', (sent, stands, word, state) => {
    const judged = says(sent, stands);
    expect(judged.arbiter.vote).toBe(word);
    expect(judged.state).toBe(state);
  });

  it('is "none" when the cluster is not listed and "unknown" when the arbiter was not seen', () => {
    const evidence = world({ nodeCount: 2 });
    expect(voteState(withCluster((cluster) => ({ ...cluster, name: 'other' }))(evidence)).arbiter.vote).toBe('none');
    expect(voteState(withoutArbiter(evidence)).arbiter.vote).toBe('unknown');
  });
});

describe('the findings', () => {
  const worlds: VoteEvidence[] = [
    ...singleFaults.map(({ fault }) => fault(world({ nodeCount: 4 }))),
    world({ nodeCount: 2, down: [2], arbiter: 'down' }),
    world({ nodeCount: 5, device: null, down: [3, 4, 5] }),
    world({ nodeCount: 2, twoNode: true, device: null, partitions: [[1], [2]] }),
    world({ nodeCount: 2, down: [2] }),
    withInventory((inventory) => ({ ...inventory, device: null }))(world({ nodeCount: 2 })),
    withoutView(1)(world({ nodeCount: 2, device: deviceFor(2), arbiter: 'down' })),
  ];
  const all = worlds.flatMap((evidence) => voteState(evidence).findings);

  it('of every code but the infos shown above and of the agents (pushes.spec.ts) are reachable', () => {
    const reached = new Set<string>(all.map((finding) => finding.code));
    expect(VOTE_FINDING_CODES.filter((code) => !reached.has(code))).toEqual([
      'arbiter_accepts_plaintext',
      'config_versions_differ',
      'agent_silent',
      'node_clock_differs',
    ]);
    expect(new Set(VOTE_FINDING_CODES).size).toBe(VOTE_FINDING_CODES.length);
  });

  it('are whole sentences without holes', () => {
    for (const { message, subject } of all) {
      expect(message).toMatch(/^([A-Z0-9]|corosync-).{25,}\.$/);
      expect(message).not.toMatch(/undefined|NaN|\[object/);
      expect([CLUSTER, 'arbiter', ...[1, 2, 3, 4, 5].map(addressOf)]).toContain(subject);
    }
  });

  it('hold an error wherever quorum is lost or one failure away', () => {
    expect(hasError(voteState(world({ nodeCount: 2, down: [2], arbiter: 'down' })).findings)).toBe(true);
    expect(hasError(voteState(world({ nodeCount: 2, down: [2] })).findings)).toBe(true);
  });
});

describe('a total that does not add up', () => {
  it.each([-1, 1, 7])('by %i is no vote that is cast, and so never ok (invariant 21)', (more) => {
    const state = voteState(
      faults(withQuorum(2, (status) => ({ ...status, totalVotes: status.totalVotes + more })))(world({ nodeCount: 2 })),
    );
    expect(state.state).not.toBe('ok');
    expect(found(state, 'vote_not_cast').subject).toBe(addressOf(2));
  });
});
