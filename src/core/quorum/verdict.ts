import type { NodeId } from '../names.ts';
import type { QuorumStatus } from '../corosync/tools/quorumtool.ts';
import { valueOf, type NodeEvidence, type World } from './evidence.ts';
import { effectiveVote, opinionOf, type Opinion } from './opinion.ts';
import { clientsOf, expectedQuorum, ownCluster, type ClusterRule } from './rule.ts';
import { voteError, voteWarning } from './vote-finding.ts';

/** Whether a partition is quorate: proven, disproven, or neither. */
export type Verdict = 'quorate' | 'lost' | 'unproven';

const freshStatuses = (world: World): QuorumStatus[] =>
  world.nodes.flatMap(({ quorum }) => (quorum.kind === 'seen' ? [quorum.value] : []));

/** Somebody else still sees the node: another node as a member, or the arbiter as a client. */
const isSeenByOthers = (world: World, node: NodeEvidence): boolean =>
  clientsOf(world, node).length > 0 ||
  freshStatuses(world).some(({ members }) => members.some(({ nodeId }) => nodeId === node.nodeId));

/** A node whose corosync does not run is in no partition at all, provided that nobody contradicts. */
const opinionOfNode = (world: World, node: NodeEvidence): Opinion => {
  if (node.quorum.kind === 'seen') return opinionOf(node.quorum.value);
  const isGone = node.quorum.kind === 'down' && world.inventory.device !== null && !isSeenByOthers(world, node);
  return isGone ? 'inquorate' : 'unclear';
};

/** Those who said that they are not quorate, and those who may be: silent, contradicting themselves, or not registered. */
interface Hearing {
  readonly statuses: readonly QuorumStatus[];
  readonly heardIds: readonly (NodeId | null)[];
  readonly silent: readonly NodeEvidence[];
  /** Votes of the device as registered or as any node prints it, whichever is more. */
  readonly deviceVotes: number;
  /** Votes that corosync expects and the registration does not explain: nodes nobody told us of. */
  readonly unregistered: number;
}

const hear = (world: World): Hearing => {
  const statuses = freshStatuses(world);
  const silent = world.nodes.filter((node) => opinionOfNode(world, node) === 'unclear');
  const printed = statuses.map(({ device }) => Math.max(device?.votes ?? 0, device?.configuredVotes ?? 0));
  const deviceVotes = Math.max(world.inventory.device?.votes ?? 0, ...printed);
  const expected = Math.max(0, ...statuses.map((status) => status.highestExpected));
  return {
    statuses,
    heardIds: world.nodes.filter((node) => !silent.includes(node)).map((node) => node.nodeId),
    silent,
    deviceVotes,
    unregistered: Math.max(0, expected - deviceVotes - world.nodes.length),
  };
};

/**
 * How large a partition without any witness may be: all silent nodes together, or a membership in which a witness
 * lists a silent node (two nodes of one partition differ when only one of them has the device's vote).
 */
const largestSilentPartition = ({ statuses, heardIds, silent, unregistered }: Hearing): number => {
  const listing = statuses.filter(({ members }) => members.some(({ nodeId }) => !heardIds.includes(nodeId)));
  return Math.max(silent.length + unregistered, ...listing.map((status) => status.members.length));
};

/**
 * The device votes that silent nodes may hold. Only the arbiter can rule them out: it does not run, or it says NACK to
 * every client that was not heard. Not for lms with `wait_for_all`: there qdevice keeps the vote when the connection
 * drops (corosync-qdevice, `qdevice-net-algo-lms.c:qdevice_net_algo_lms_disconnected`).
 */
const silentDeviceVotes = ({ statuses, heardIds, deviceVotes }: Hearing, world: World): number => {
  const waitsForAll = statuses.some((status) => status.flags.includes('WaitForAll'));
  if (waitsForAll && world.inventory.device?.algorithm === 'lms') return deviceVotes;
  if (world.clusters.kind === 'down') return 0;
  if (world.clusters.kind !== 'seen') return deviceVotes;
  const elsewhere = ownCluster(world)?.clients.some(
    (client) => !heardIds.includes(client.nodeId) && effectiveVote(client) !== 'nack',
  );
  return elsewhere ? deviceVotes : 0;
};

/**
 * Only a node's own fresh view proves that a partition is quorate. That none is must be proven as well: every node says
 * so itself, or the silent ones cannot have enough votes even together with all that the arbiter may have given them.
 */
export const verdictOf = (world: World): Verdict => {
  const opinions = world.nodes.map((node) => opinionOfNode(world, node));
  if (opinions.includes('quorate')) return 'quorate';
  if (!opinions.includes('inquorate')) return 'unproven';
  const hearing = hear(world);
  if (hearing.silent.length + hearing.unregistered === 0) return 'lost';
  const bar = Math.min(expectedQuorum(world), ...hearing.statuses.map((status) => status.quorum));
  return largestSilentPartition(hearing) + silentDeviceVotes(hearing, world) >= bar ? 'unproven' : 'lost';
};

/** The cluster is quorate, and a fresh view of a node of its own says so. */
export const isProvenQuorate: ClusterRule = (world) => {
  const { clusterName } = world.inventory;
  const verdict = verdictOf(world);
  if (verdict === 'quorate') return null;
  if (verdict === 'lost') {
    return voteError(
      'quorum_lost',
      clusterName,
      'No partition of this cluster is quorate: it does nothing until nodes or the arbiter come back. Bring back what is nearest; never lower expected votes while silent nodes may still run.',
      { quorum: expectedQuorum(world) },
    );
  }
  const heard = world.nodes.filter((node) => valueOf(node.quorum) !== null || node.quorum.kind === 'down');
  return heard.length === 0
    ? voteWarning(
        'no_fresh_node_view',
        clusterName,
        'No node of this cluster has a fresh view, so it is unknown whether it is quorate. What the arbiter says is no proof. Check that the service reaches the nodes.',
      )
    : voteWarning(
        'quorum_unproven',
        clusterName,
        'The nodes that were heard are not quorate, or contradict themselves, but nodes that were not heard may be. Reach those before doing anything.',
        { heard: heard.map((node) => node.address) },
      );
};
