import { error } from '../../../src/core/finding.ts';
import type { ClusterName, NodeId } from '../../../src/core/names.ts';
import { instant } from '../../../src/core/time.ts';
import type { QdeviceStatus } from '../../../src/core/corosync/tools/qdevice-tool.ts';
import type { QnetdClient, QnetdCluster, QnetdStatus } from '../../../src/core/corosync/tools/qnetd-tool.ts';
import type { QuorumMember, QuorumStatus } from '../../../src/core/corosync/tools/quorumtool.ts';
import type { RingId, ToolReading } from '../../../src/core/corosync/tools/tool.ts';
import {
  deviceFor,
  expectedVotesOf,
  quorumNeeded,
  type ArbiterPresence,
  type Device,
} from '../../../src/core/quorum/arithmetic.ts';
import type { Partition } from '../../../src/core/quorum/device-vote.ts';
import type { NodeView, VoteEvidence } from '../../../src/core/quorum/views.ts';
import { whatIf } from '../../../src/core/quorum/what-if.ts';

/**
 * Worlds as the real tools would show them: a cluster's physical condition in, every view of it out. Faults that no
 * physical condition explains are put in afterwards, one at a time, with the functions at the end.
 */
export interface Condition {
  readonly nodeCount: number;
  /** The device in corosync.conf; the one that fits when left out. */
  readonly device?: Device | null;
  readonly twoNode?: boolean;
  readonly down?: readonly number[];
  readonly partitions?: readonly (readonly number[])[];
  readonly arbiter?: ArbiterPresence;
}

export const NOW = instant(1_763_800_000_000);
export const LIMITS = { arbiterFreshMs: 60_000, nodeFreshMs: 90_000 };
export const CLUSTER = 'c1' as ClusterName;

export const addressOf = (id: number): string => `10.77.1.${id}`;
const upTo = (count: number): NodeId[] => Array.from({ length: count }, (_, index) => (index + 1) as NodeId);

export const known = <T>(value: T): ToolReading<T> => ({ kind: 'known', value });
const told = (code: string) => error(code, 'subject', 'It was so.');

const ringOf = (partition: Partition): RingId => ({
  representative: Math.min(...partition),
  sequence: partition.map((id) => id.toString(16)).join(''),
});

interface Scene {
  readonly nodes: readonly NodeId[];
  readonly device: Device | null;
  readonly twoNode: boolean;
  readonly arbiter: ArbiterPresence;
  readonly partitionOf: (id: NodeId) => Partition;
  readonly hasVote: (id: NodeId) => boolean;
  readonly isQuorate: (id: NodeId) => boolean;
  readonly up: readonly NodeId[];
}

const member = (scene: Scene, id: NodeId, local: boolean): QuorumMember => ({
  nodeId: id,
  votes: 1,
  device: scene.device && { alive: true, cast: scene.hasVote(id), masterWins: false },
  name: addressOf(id),
  local,
});

const quorumStatus = (scene: Scene, id: NodeId): QuorumStatus => {
  const { device, nodes, twoNode } = scene;
  const partition = scene.partitionOf(id);
  const shape = { nodeCount: nodes.length, device, twoNode };
  const quorate = scene.isQuorate(id);
  const cast = scene.hasVote(id) ? (device?.votes ?? 0) : 0;
  return {
    provider: 'corosync_votequorum',
    nodeCount: partition.length,
    nodeId: id,
    ringId: ringOf(partition),
    quorate,
    expectedVotes: expectedVotesOf(shape),
    highestExpected: expectedVotesOf(shape),
    totalVotes: partition.length + cast,
    quorum: quorumNeeded(shape),
    activityBlocked: !quorate,
    flags: [
      ...(twoNode ? (['2Node'] as const) : []),
      ...(quorate ? (['Quorate'] as const) : []),
      ...(twoNode ? (['WaitForAll'] as const) : []),
      ...(device ? (['Qdevice'] as const) : []),
    ],
    members: partition.map((other) => member(scene, other, other === id)),
    device: device && {
      votes: cast,
      configuredVotes: cast === device.votes ? null : device.votes,
      name: 'Qdevice',
    },
  };
};

const qdeviceStatus = (scene: Scene, id: NodeId): QdeviceStatus => {
  const connected = scene.arbiter === 'up';
  return {
    model: 'Net',
    nodeId: id,
    heartbeatMs: 10_000,
    syncHeartbeatMs: 30_000,
    configVersion: '3',
    configuredNodes: scene.nodes.map((nodeId) => ({ nodeId, dataCenterId: null })),
    heuristics: 'disabled',
    ringId: ringOf(scene.partitionOf(id)),
    membership: scene.partitionOf(id),
    quorate: scene.isQuorate(id),
    quorumNodes: scene.nodes.map((nodeId) => ({
      nodeId,
      state: scene.partitionOf(id).includes(nodeId) ? 'member' : 'dead',
    })),
    expectedVotes: expectedVotesOf({ nodeCount: scene.nodes.length, device: scene.device, twoNode: scene.twoNode }),
    lastPoll: { at: '2025-11-22T10:00:00', castVote: scene.hasVote(id) },
    net: {
      clusterName: CLUSTER,
      host: '10.77.0.2',
      port: 5403,
      forceIpVersion: null,
      connectTimeoutMs: 8000,
      heartbeatMs: 8000,
      voteTimerIntervalMs: 5000,
      tls: 'required',
      algorithm: scene.device?.algorithm ?? 'ffsplit',
      tieBreaker: 'lowest',
      keepActivePartitionTieBreaker: 'enabled',
      pollTimer: { running: true, castVote: scene.hasVote(id) },
      state: connected ? 'connected' : 'connecting',
      heuristicsResult: null,
      tlsActive: connected ? { active: true, certificateSent: true } : null,
      connectedSince: connected ? '2025-11-22T09:00:00' : null,
      echoReplyReceived: connected ? '2025-11-22T10:00:00' : null,
    },
  };
};

const client = (scene: Scene, id: NodeId): QnetdClient => ({
  nodeId: id,
  address: `::ffff:${addressOf(id)}`,
  port: 37_000 + id,
  heartbeatMs: 8000,
  configVersion: '3',
  configuredNodes: scene.nodes,
  ringId: ringOf(scene.partitionOf(id)),
  membership: scene.partitionOf(id),
  heuristics: 'undefined',
  tls: { active: true, certificateVerified: true },
  vote: { sent: 'noChange', stands: scene.hasVote(id) ? 'ack' : 'nack' },
});

const qnetdCluster = (scene: Scene): QnetdCluster => ({
  name: CLUSTER,
  algorithm: scene.device?.algorithm ?? 'ffsplit',
  keepActivePartitionTieBreaker: true,
  tieBreaker: 'lowest',
  clients: scene.up.map((id) => client(scene, id)),
});

/** A cluster of somebody else on the same arbiter. */
const NEIGHBOUR: QnetdCluster = {
  name: 'neighbour',
  algorithm: 'ffsplit',
  keepActivePartitionTieBreaker: true,
  tieBreaker: 'lowest',
  clients: [],
};

const sceneOf = (condition: Condition): Scene => {
  const nodes = upTo(condition.nodeCount);
  const device = condition.device === undefined ? deviceFor(condition.nodeCount) : condition.device;
  const down = (condition.down ?? []) as readonly NodeId[];
  const up = nodes.filter((id) => !down.includes(id));
  const partitions = (condition.partitions ?? (up.length > 0 ? [up] : [])) as readonly Partition[];
  const { arbiter = 'up', twoNode = false } = condition;
  const outcome = whatIf({ nodes, device, tieBreaker: 'lowest', down, arbiter, partitions, twoNode });
  if (!outcome.ok) throw new Error(`no such world: ${JSON.stringify(condition)}`);
  const { outcomes, quorate } = outcome.value;
  return {
    nodes,
    device,
    twoNode,
    arbiter,
    up,
    partitionOf: (id) => partitions.find((partition) => partition.includes(id)) ?? [id],
    hasVote: (id) => outcomes.some(({ nodeId, votes, partition }) => nodeId === id && votes > partition.length),
    isQuorate: (id) => quorate.includes(id),
  };
};

const viewOf = (scene: Scene, id: NodeId): NodeView =>
  scene.up.includes(id)
    ? {
        address: addressOf(id),
        at: NOW,
        quorum: known(quorumStatus(scene, id)),
        device: scene.device ? known(qdeviceStatus(scene, id)) : { kind: 'down', finding: told('qdevice_down') },
      }
    : { address: addressOf(id), at: NOW, unreachable: told('ssh_timeout') };

/** Every view of a cluster in this condition, all fresh. */
export const world = (condition: Condition): VoteEvidence => {
  const scene = sceneOf(condition);
  const served = scene.device !== null && scene.up.length > 0 ? [qnetdCluster(scene), NEIGHBOUR] : [NEIGHBOUR];
  return {
    inventory: {
      clusterName: CLUSTER,
      nodes: scene.nodes.map((nodeId) => ({ nodeId, address: addressOf(nodeId) })),
      device: scene.device,
    },
    arbiter: {
      at: NOW,
      reading: scene.arbiter === 'up' ? known(served) : { kind: 'down', finding: told('qnetd_down') },
    },
    nodes: scene.nodes.map((id) => viewOf(scene, id)),
    at: NOW,
    limits: LIMITS,
  };
};

/** One fault: a world in, the same world with something wrong out. */
export type Fault = (evidence: VoteEvidence) => VoteEvidence;

export const faults =
  (...list: readonly Fault[]): Fault =>
  (evidence) =>
    list.reduce((changed, fault) => fault(changed), evidence);

const node =
  (id: number, change: (view: NodeView) => NodeView): Fault =>
  (evidence) => ({
    ...evidence,
    nodes: evidence.nodes.map((view) => (view.address === addressOf(id) ? change(view) : view)),
  });

const changed = <T>(reading: ToolReading<T>, change: (value: T) => T): ToolReading<T> =>
  reading.kind === 'known' ? known(change(reading.value)) : reading;

export const withView = (id: number, change: Partial<Pick<NodeView, 'at' | 'source'>>): Fault =>
  node(id, (view) => ({ ...view, ...change }));

export const withQuorum = (id: number, change: (status: QuorumStatus) => QuorumStatus): Fault =>
  node(id, (view) => ('quorum' in view ? { ...view, quorum: changed(view.quorum, change) } : view));

export const withOwnRow = (id: number, change: (row: QuorumMember) => QuorumMember): Fault =>
  withQuorum(id, (status) => ({
    ...status,
    members: status.members.map((row) => (row.nodeId === status.nodeId ? change(row) : row)),
  }));

export const withDevice = (id: number, change: (status: QdeviceStatus) => QdeviceStatus): Fault =>
  node(id, (view) => ('quorum' in view ? { ...view, device: changed(view.device, change) } : view));

export const withNet = (id: number, change: Partial<QdeviceStatus['net']>): Fault =>
  withDevice(id, (status) => ({ ...status, net: { ...status.net, ...change } }));

export const withClusters =
  (change: (clusters: readonly QnetdCluster[]) => readonly QnetdCluster[]): Fault =>
  (evidence) => ({
    ...evidence,
    arbiter: evidence.arbiter && { ...evidence.arbiter, reading: changed(evidence.arbiter.reading, change) },
  });

export const withCluster = (change: (cluster: QnetdCluster) => QnetdCluster): Fault =>
  withClusters((clusters) => clusters.map((cluster) => (cluster.name === CLUSTER ? change(cluster) : cluster)));

export const withClients = (change: (clients: readonly QnetdClient[]) => readonly QnetdClient[]): Fault =>
  withCluster((cluster) => ({ ...cluster, clients: change(cluster.clients) }));

export const withClient = (id: number, change: Partial<QnetdClient>): Fault =>
  withClients((clients) => clients.map((one) => (one.nodeId === id ? { ...one, ...change } : one)));

export const readingOfNode = (id: number, part: 'quorum' | 'device', kind: 'down' | 'unreadable'): Fault =>
  node(id, (view) =>
    'quorum' in view
      ? { ...view, [part]: { kind: kind === 'down' ? 'down' : 'unknown', finding: told(`${part}_${kind}`) } }
      : view,
  );

export const unreachable = (id: number): Fault =>
  node(id, ({ address, at }) => ({ address, at, unreachable: told('ssh_timeout') }));

export const withoutView =
  (id: number): Fault =>
  (evidence) => ({ ...evidence, nodes: evidence.nodes.filter((view) => view.address !== addressOf(id)) });

export const staleNode = (id: number): Fault => withView(id, { at: instant(NOW - LIMITS.nodeFreshMs - 1) });

export const withoutArbiter: Fault = (evidence) => ({ ...evidence, arbiter: null });

export const staleArbiter: Fault = (evidence) => ({
  ...evidence,
  arbiter: evidence.arbiter && { ...evidence.arbiter, at: instant(NOW - LIMITS.arbiterFreshMs - 1) },
});

export const arbiterReading =
  (kind: 'down' | 'unreadable'): Fault =>
  (evidence) => ({
    ...evidence,
    arbiter: { at: NOW, reading: { kind: kind === 'down' ? 'down' : 'unknown', finding: told(`qnetd_${kind}`) } },
  });

/** A status of qnetd that fits the list of the evidence but for `change`. */
export const withStatus =
  (change: Partial<QnetdStatus>): Fault =>
  (evidence) => {
    const listed = evidence.arbiter?.reading.kind === 'known' ? evidence.arbiter.reading.value : [];
    const status: QnetdStatus = {
      host: '*',
      port: 5403,
      tls: 'required',
      clientCertificateRequired: true,
      connectedClients: listed.reduce((sum, cluster) => sum + cluster.clients.length, 0),
      connectedClusters: listed.length,
      maximumClients: null,
      maximumSendBytes: 32_768,
      maximumReceiveBytes: 32_768,
      ...change,
    };
    return { ...evidence, arbiter: evidence.arbiter && { ...evidence.arbiter, status: known(status) } };
  };

export const withInventory =
  (change: (inventory: VoteEvidence['inventory']) => VoteEvidence['inventory']): Fault =>
  (evidence) => ({ ...evidence, inventory: change(evidence.inventory) });
