import type { NodeId } from '../../../src/core/names.ts';
import { instant } from '../../../src/core/time.ts';
import type { State } from '../../../src/core/quorum/vote-state.ts';
import type { VoteFindingCode } from '../../../src/core/quorum/vote-finding.ts';
import {
  arbiterReading,
  faults,
  LIMITS,
  NOW,
  readingOfNode,
  staleArbiter,
  staleNode,
  unreachable,
  withClient,
  withClients,
  withCluster,
  withClusters,
  withDevice,
  withInventory,
  withNet,
  withOwnRow,
  withoutArbiter,
  withoutView,
  withQuorum,
  withStatus,
  type Fault,
} from './worlds.ts';

/** A fault in an otherwise healthy four-node cluster, and what must be said of it. */
export interface SingleFault {
  readonly world: string;
  readonly fault: Fault;
  readonly state: State;
  /** The code that must be among the findings. */
  readonly says: VoteFindingCode;
}

const oddRing = { representative: 1, sequence: 'ff' };
const elsewhere = 9 as NodeId;

/** One fault at a time: each alone must forbid `ok`. */
export const singleFaults: readonly SingleFault[] = [
  {
    world: 'the client of node 2 comes from an address that is no node’s',
    fault: withClient(2, { address: '10.66.6.6' }),
    state: 'at-risk',
    says: 'client_from_elsewhere',
  },
  { world: 'the arbiter was never read', fault: withoutArbiter, state: 'at-risk', says: 'arbiter_not_read' },
  { world: "the arbiter's view is stale", fault: staleArbiter, state: 'at-risk', says: 'arbiter_view_stale' },
  {
    world: "the arbiter's view is from the future",
    fault: (evidence) => ({
      ...evidence,
      arbiter: evidence.arbiter && { ...evidence.arbiter, at: instant(NOW + LIMITS.arbiterFreshMs + 1) },
    }),
    state: 'at-risk',
    says: 'arbiter_view_stale',
  },
  {
    world: "the arbiter's output does not parse",
    fault: arbiterReading('unreadable'),
    state: 'at-risk',
    says: 'arbiter_unreadable',
  },
  {
    world: 'qnetd does not run, although the nodes still show their vote',
    fault: arbiterReading('down'),
    state: 'at-risk',
    says: 'qnetd_down',
  },
  {
    world: 'the arbiter does not list the cluster',
    fault: withClusters((clusters) => clusters.filter((cluster) => cluster.name === 'neighbour')),
    state: 'at-risk',
    says: 'cluster_absent_at_arbiter',
  },
  {
    world: 'the arbiter lists the cluster twice',
    fault: withClusters((clusters) => [...clusters, ...clusters]),
    state: 'at-risk',
    says: 'cluster_listed_twice',
  },
  {
    world: 'the arbiter also serves C1',
    fault: withClusters((clusters) => [...clusters, ...clusters.map((cluster) => ({ ...cluster, name: 'C1' }))]),
    state: 'at-risk',
    says: 'cluster_name_collision',
  },
  {
    world: 'the arbiter decides by lms',
    fault: withCluster((cluster) => ({ ...cluster, algorithm: 'lms' })),
    state: 'at-risk',
    says: 'arbiter_device_differs',
  },
  {
    world: 'a stranger speaks under the name of the cluster',
    fault: withClients((clients) => [
      ...clients,
      ...clients.slice(0, 1).map((one) => ({ ...one, nodeId: elsewhere, address: '::ffff:10.77.9.9' })),
    ]),
    state: 'at-risk',
    says: 'unexpected_client',
  },
  {
    world: 'one node is not connected to the arbiter, although it shows the vote',
    fault: withClients((clients) => clients.filter((one) => one.nodeId !== 3)),
    state: 'at-risk',
    says: 'client_absent',
  },
  {
    world: 'two clients speak for one node',
    fault: withClients((clients) => [...clients, ...clients.slice(0, 1).map((one) => ({ ...one, port: 1 }))]),
    state: 'at-risk',
    says: 'client_duplicated',
  },
  {
    world: 'one client speaks plain text',
    fault: withClient(2, { tls: { active: false, certificateVerified: false } }),
    state: 'at-risk',
    says: 'client_not_verified',
  },
  {
    world: 'one client speaks TLS without a verified certificate',
    fault: withClient(2, { tls: { active: true, certificateVerified: false } }),
    state: 'at-risk',
    says: 'client_not_verified',
  },
  {
    world: 'the arbiter says NACK to one node',
    fault: withClient(2, { vote: { sent: 'nack', stands: 'nack' } }),
    state: 'at-risk',
    says: 'client_vote_refused',
  },
  {
    world: 'the arbiter says "No change (NACK)" to one node',
    fault: withClient(2, { vote: { sent: 'noChange', stands: 'nack' } }),
    state: 'at-risk',
    says: 'client_vote_refused',
  },
  {
    world: 'a node counts the vote that the arbiter refuses it',
    fault: withClient(2, { vote: { sent: 'noChange', stands: 'nack' } }),
    state: 'at-risk',
    says: 'views_disagree',
  },
  {
    world: 'the arbiter says "Wait for reply (ACK)"',
    fault: withClient(2, { vote: { sent: 'waitForReply', stands: 'ack' } }),
    state: 'at-risk',
    says: 'client_undecided',
  },
  {
    world: 'the arbiter says "Ask later"',
    fault: withClient(2, { vote: { sent: 'askLater', stands: null } }),
    state: 'at-risk',
    says: 'client_undecided',
  },
  {
    world: 'the arbiter says "No change" and nothing stands',
    fault: withClient(2, { vote: { sent: 'noChange', stands: null } }),
    state: 'at-risk',
    says: 'client_undecided',
  },
  {
    world: 'a client is between INIT and its first answer',
    fault: withClient(2, { vote: null, membership: null, configuredNodes: null, configVersion: null }),
    state: 'at-risk',
    says: 'client_undecided',
  },
  {
    world: 'the arbiter has another membership from one node',
    fault: withClient(4, { membership: [1, 2, 3] as NodeId[] }),
    state: 'at-risk',
    says: 'memberships_differ',
  },
  {
    world: 'the arbiter has another ring id from one node',
    fault: withClient(4, { ringId: oddRing }),
    state: 'at-risk',
    says: 'ring_ids_differ',
  },
  {
    world: 'one node is of another ring',
    fault: withQuorum(4, (status) => ({ ...status, ringId: oddRing })),
    state: 'at-risk',
    says: 'ring_ids_differ',
  },
  {
    world: 'one device daemon lists other members',
    fault: withDevice(4, (status) => ({ ...status, membership: [4] as NodeId[] })),
    state: 'at-risk',
    says: 'memberships_differ',
  },
  {
    world: 'one client has another node list in its configuration',
    fault: withClient(1, { configuredNodes: [1, 2, 3] as NodeId[] }),
    state: 'at-risk',
    says: 'configured_nodes_differ',
  },
  { world: 'one node was never read', fault: withoutView(2), state: 'at-risk', says: 'node_not_read' },
  { world: "one node's view is stale", fault: staleNode(2), state: 'at-risk', says: 'node_view_stale' },
  { world: 'one node cannot be reached', fault: unreachable(2), state: 'at-risk', says: 'node_unreachable' },
  {
    world: "one node's quorum output does not parse",
    fault: readingOfNode(2, 'quorum', 'unreadable'),
    state: 'at-risk',
    says: 'node_unreadable',
  },
  {
    world: 'corosync does not run on one node, and its device with it',
    fault: faults(readingOfNode(2, 'quorum', 'down'), readingOfNode(2, 'device', 'down')),
    state: 'at-risk',
    says: 'corosync_down',
  },
  {
    world: 'quorumtool reaches no corosync on one node whose device answers',
    fault: readingOfNode(2, 'quorum', 'down'),
    state: 'at-risk',
    says: 'node_unreadable',
  },
  {
    world: 'the list of the arbiter is empty, and no status confirms it',
    fault: withClusters(() => []),
    state: 'at-risk',
    says: 'arbiter_unreadable',
  },
  {
    world: 'qnetd counts other clusters than it lists',
    fault: withStatus({ connectedClusters: 3 }),
    state: 'at-risk',
    says: 'arbiter_unreadable',
  },
  {
    world: "another node answers at one node's address",
    fault: withQuorum(2, (status) => ({ ...status, nodeId: elsewhere })),
    state: 'at-risk',
    says: 'node_is_another',
  },
  {
    world: "a node of another cluster answers at one node's address",
    fault: withNet(2, { clusterName: 'other' }),
    state: 'at-risk',
    says: 'node_is_another',
  },
  {
    world: 'one node prints "Quorate: No" beside the flag Quorate',
    fault: withQuorum(2, (status) => ({ ...status, quorate: false })),
    state: 'at-risk',
    says: 'quorum_in_transition',
  },
  {
    world: 'one node prints "Quorate: Yes" without the flag',
    fault: withQuorum(2, (status) => ({ ...status, flags: ['Qdevice'] })),
    state: 'at-risk',
    says: 'quorum_in_transition',
  },
  {
    world: 'one node says that it is not quorate',
    fault: withQuorum(2, (status) => ({ ...status, quorate: false, activityBlocked: true, flags: ['Qdevice'] })),
    state: 'at-risk',
    says: 'node_inquorate',
  },
  {
    world: 'one node needs more votes than the shape does',
    fault: withQuorum(2, (status) => ({ ...status, quorum: 4 })),
    state: 'at-risk',
    says: 'quorum_differs',
  },
  {
    world: 'one node runs last_man_standing',
    fault: withQuorum(2, (status) => ({ ...status, flags: [...status.flags, 'LastManStanding'] })),
    state: 'at-risk',
    says: 'quorum_option_conflicts',
  },
  {
    world: "one node's device is not registered (NR)",
    fault: withOwnRow(2, (row) => ({ ...row, device: 'not-registered' })),
    state: 'at-risk',
    says: 'device_not_registered',
  },
  {
    world: 'one node has no device column',
    fault: withOwnRow(2, (row) => ({ ...row, device: null })),
    state: 'at-risk',
    says: 'device_not_registered',
  },
  {
    world: "one node's device hangs (NA,NV)",
    fault: withOwnRow(2, (row) => ({ ...row, device: { alive: false, cast: false, masterWins: false } })),
    state: 'at-risk',
    says: 'device_not_alive',
  },
  {
    world: "one node's device is alive and does not vote (A,NV)",
    fault: withOwnRow(2, (row) => ({ ...row, device: { alive: true, cast: false, masterWins: false } })),
    state: 'at-risk',
    says: 'vote_not_cast',
  },
  {
    world: 'one node shows A,V while the device row holds no vote',
    fault: withQuorum(2, (status) => ({
      ...status,
      totalVotes: 4,
      device: { votes: 0, configuredVotes: 1, name: 'Qdevice' },
    })),
    state: 'at-risk',
    says: 'vote_not_cast',
  },
  {
    world: 'one node shows A,V and no device row at all, as after a reload without the device',
    fault: withQuorum(2, (status) => ({ ...status, totalVotes: 4, device: null })),
    state: 'at-risk',
    says: 'vote_not_cast',
  },
  {
    world: 'one node shows A,V and a total that lacks the vote',
    fault: withQuorum(2, (status) => ({ ...status, totalVotes: 4 })),
    state: 'at-risk',
    says: 'vote_not_cast',
  },
  {
    world: 'corosync-qdevice does not run on one node, although its vote still shows',
    fault: readingOfNode(2, 'device', 'down'),
    state: 'at-risk',
    says: 'qdevice_down',
  },
  {
    world: "one node's device output does not parse",
    fault: readingOfNode(2, 'device', 'unreadable'),
    state: 'at-risk',
    says: 'qdevice_unreadable',
  },
  {
    world: 'one device daemon is for ever Connecting',
    fault: withNet(2, { state: 'connecting', tlsActive: null }),
    state: 'at-risk',
    says: 'device_not_connected',
  },
  {
    world: 'one device daemon is connected without TLS',
    fault: withNet(2, { tlsActive: { active: false, certificateSent: false } }),
    state: 'at-risk',
    says: 'device_without_tls',
  },
  {
    world: 'one device daemon did not send its certificate',
    fault: withNet(2, { tlsActive: { active: true, certificateSent: false } }),
    state: 'at-risk',
    says: 'device_without_tls',
  },
  {
    world: 'one device daemon runs lms',
    fault: withNet(2, { algorithm: 'lms' }),
    state: 'at-risk',
    says: 'device_differs',
  },
  {
    world: 'the cluster has a member that is not registered',
    fault: faults(
      ...[1, 2, 3, 4].map((id) =>
        withQuorum(id, (status) => ({
          ...status,
          members: [...status.members, ...status.members.slice(0, 1).map((row) => ({ ...row, nodeId: elsewhere }))],
        })),
      ),
    ),
    state: 'at-risk',
    says: 'unexpected_member',
  },
  {
    world: 'the registration has a node more than the cluster',
    fault: withInventory((inventory) => ({
      ...inventory,
      nodes: [...inventory.nodes, { nodeId: 5 as NodeId, address: '10.77.1.5' }],
    })),
    state: 'at-risk',
    says: 'node_offline',
  },
  {
    world: 'one node was never read and its id is not known',
    fault: faults(
      withoutView(2),
      withInventory((inventory) => ({
        ...inventory,
        nodes: inventory.nodes.map((node) => (node.nodeId === 2 ? { ...node, nodeId: null } : node)),
      })),
    ),
    state: 'at-risk',
    says: 'node_not_read',
  },
  {
    world: 'no node was read: what the arbiter says proves nothing',
    fault: faults(...[1, 2, 3, 4].map(withoutView)),
    state: 'unknown',
    says: 'no_fresh_node_view',
  },
  {
    world: 'every node view is stale',
    fault: faults(...[1, 2, 3, 4].map(staleNode)),
    state: 'unknown',
    says: 'no_fresh_node_view',
  },
];
