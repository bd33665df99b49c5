import { foldClusterName, type ClusterName } from '../names.ts';
import { comesFrom, isVerified, shareOneAddress } from './addresses.ts';
import { valueOf } from './evidence.ts';
import { countsDeviceVotes, effectiveVote } from './opinion.ts';
import {
  allIdsAreKnown,
  called,
  capitalised,
  clientsOf,
  inventoryIds,
  ownCluster,
  type ClusterRule,
  type NodeRule,
} from './rule.ts';
import { voteError, voteInfo, voteWarning } from './vote-finding.ts';

/** The arbiter lists this cluster, and lists it once. */
export const isListedOnce: ClusterRule = ({ clusters, inventory }) => {
  const all = valueOf(clusters);
  if (inventory.device === null || all === null) return null;
  const listed = all.filter((cluster) => cluster.name === inventory.clusterName).length;
  if (listed === 0) {
    return voteError(
      'cluster_absent_at_arbiter',
      inventory.clusterName,
      'No node of this cluster is connected to the arbiter. Check the way from the nodes to the arbiter, and the certificates.',
    );
  }
  return listed === 1
    ? null
    : voteError(
        'cluster_listed_twice',
        inventory.clusterName,
        `The arbiter lists this cluster ${listed} times, which qnetd never does by itself: the listing is not to be trusted.`,
        { listed },
      );
};

/**
 * No other cluster at the arbiter has this name but for its case: NSS takes their certificates for each other
 * (`CERT_VerifyCertName` compares host names).
 */
export const nameIsUnique: ClusterRule = ({ clusters, inventory }) => {
  const twin = (valueOf(clusters) ?? []).find(
    ({ name }) =>
      name !== inventory.clusterName && foldClusterName(name as ClusterName) === foldClusterName(inventory.clusterName),
  );
  return twin && inventory.device !== null
    ? voteError(
        'cluster_name_collision',
        inventory.clusterName,
        "The arbiter also serves a cluster whose name differs only in case, and either can show the other's certificate. Rename one of them.",
        { other: twin.name },
      )
    : null;
};

/** qnetd decides by the algorithm the cluster was onboarded with. */
export const arbiterRunsTheAlgorithm: ClusterRule = (world) => {
  const cluster = ownCluster(world);
  const { device, clusterName } = world.inventory;
  return device !== null && cluster && cluster.algorithm !== device.algorithm
    ? voteWarning(
        'arbiter_device_differs',
        clusterName,
        `The arbiter decides by ${cluster.algorithm}; this cluster was onboarded with ${device.algorithm}. Find out who changed corosync.conf.`,
        { seen: cluster.algorithm, expected: device.algorithm },
      )
    : null;
};

/** Only nodes of the inventory speak for this cluster. */
export const hasNoStrangers: ClusterRule = (world) => {
  if (!allIdsAreKnown(world)) return null;
  const ids = inventoryIds(world);
  const strangers = (ownCluster(world)?.clients ?? []).filter((client) => !ids.includes(client.nodeId));
  return world.inventory.device !== null && strangers.length > 0
    ? voteError(
        'unexpected_client',
        world.inventory.clusterName,
        "The arbiter has clients under this cluster's name that are not among its registered nodes: another cluster of the same name, a node added by hand, or somebody who may not. With them qnetd cannot give its vote rightly.",
        {
          nodeIds: strangers.map((client) => client.nodeId).toSorted((a, b) => a - b),
          addresses: strangers.map((client) => client.address).toSorted(),
        },
      )
    : null;
};

/** Exactly one client speaks for the node. */
export const hasOneClient: NodeRule = (world, node) => {
  if (world.inventory.device === null || ownCluster(world) === null || node.nodeId === null) return null;
  const clients = clientsOf(world, node);
  if (clients.length === 1) return null;
  return clients.length === 0
    ? voteError(
        'client_absent',
        node.address,
        `${capitalised(called(node))} is not connected to the arbiter. Check corosync-qdevice on the node and the way to the arbiter.`,
      )
    : voteError(
        'client_duplicated',
        node.address,
        `${clients.length} clients speak for ${called(node)} at the arbiter. Two machines run with the same cluster name and node id; take one away.`,
        { addresses: clients.map((client) => client.address).toSorted() },
      );
};

/** The node proved itself by certificate over TLS. */
export const clientIsVerified: NodeRule = (world, node) =>
  world.inventory.device !== null && clientsOf(world, node).some((client) => !isVerified(client))
    ? voteError(
        'client_not_verified',
        node.address,
        `The client of ${called(node)} at the arbiter has shown no certificate: anybody who reaches the port could be it. Set quorum.device.net.tls to required, and run qnetd with "-s req".`,
      )
    : null;

/** The same of clients that are no registered node's: they are strangers, and this says how little is known of them. */
export const strangersAreVerified: ClusterRule = (world) => {
  const ids = inventoryIds(world);
  const clients = ownCluster(world)?.clients ?? [];
  const unverified = clients.filter((client) => !ids.includes(client.nodeId) && !isVerified(client));
  return world.inventory.device !== null && unverified.length > 0
    ? voteError(
        'client_not_verified',
        world.inventory.clusterName,
        'Clients that have shown no certificate speak under this cluster\'s name at the arbiter: anybody who reaches the port could be them. Run qnetd with "-s req".',
        { addresses: unverified.map((client) => client.address).toSorted() },
      )
    : null;
};

/**
 * The node's client comes from an address of the node. Only told where all clients of the cluster have shown its certificate and
 * come from one address: that is what an address translation on the way looks like.
 */
export const clientComesFromItsNode: NodeRule = (world, node) => {
  const elsewhere = clientsOf(world, node).filter((client) => comesFrom(client, node.addresses) === false);
  if (world.inventory.device === null || elsewhere.length === 0) return null;
  const say = shareOneAddress(ownCluster(world)?.clients ?? []) ? voteInfo : voteWarning;
  const addresses = elsewhere.map((client) => client.address).toSorted();
  return say(
    'client_from_elsewhere',
    node.address,
    `The client of ${called(node)} at the arbiter comes from ${addresses.join(' and ')}, which is no address of that node. Unless its packets are translated on the way, somebody else has its certificate: revoke it and rotate.`,
    { addresses },
  );
};

/** The arbiter's vote for the node stands, and is ACK. */
export const clientHasAck: NodeRule = (world, node) => {
  if (world.inventory.device === null) return null;
  const votes = clientsOf(world, node).map(effectiveVote);
  if (votes.includes('nack')) {
    return voteError(
      'client_vote_refused',
      node.address,
      `The arbiter refuses ${called(node)} its vote (NACK): another partition has it, or this one is too small. Check the network between the nodes.`,
    );
  }
  return votes.includes('undecided')
    ? voteWarning(
        'client_undecided',
        node.address,
        `The arbiter has not decided on ${called(node)}: it waits for the membership to settle. If this lasts longer than a minute, compare the node lists and ring ids of all nodes.`,
      )
    : null;
};

/** Node and arbiter tell the same of the vote. Says who says what, because neither alone is to be believed. */
export const viewsAgreeOnTheVote: NodeRule = (world, node) => {
  const { device } = world.inventory;
  const status = valueOf(node.quorum);
  if (device === null || status === null || valueOf(world.clusters) === null) return null;
  const casts = countsDeviceVotes(status, device);
  const votes = clientsOf(world, node).map(effectiveVote);
  const granted = votes.includes('ack');
  if (casts === granted || votes.includes('undecided')) return null;
  const arbiterSays = votes.length === 0 ? 'has no such client' : granted ? 'says ACK' : 'says NACK';
  return voteError(
    'views_disagree',
    node.address,
    `${capitalised(called(node))} says that the device's vote is ${casts ? 'cast' : 'not cast'}, while the arbiter ${arbiterSays}. If this lasts, the node talks to another arbiter, or one of the two views is not genuine.`,
    { nodeSays: casts ? 'cast' : 'not-cast', arbiterSays: votes.length === 0 ? 'absent' : granted ? 'ack' : 'nack' },
  );
};
