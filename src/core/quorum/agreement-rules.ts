import { opinionOf } from './opinion.ts';
import { valueOf } from './evidence.ts';
import { allIdsAreKnown, inventoryIds, sameIds, type ClusterRule } from './rule.ts';
import { testimoniesIn, type Testimony } from './testimony.ts';
import { inOrder } from './shortened.ts';
import { voteError, voteInfo, voteWarning } from './vote-finding.ts';

/** `10.0.0.1: 1, 2; arbiter for node 2: 2` */
const whoSaysWhat = (testimonies: readonly Testimony[], tell: (testimony: Testimony) => string | null): string[] =>
  testimonies.flatMap((testimony) => {
    const told = tell(testimony);
    return told === null ? [] : [`${testimony.by}: ${told}`];
  });

const differ = (told: readonly (string | null)[]): boolean => new Set(told.filter((text) => text !== null)).size > 1;

/** All of them, because two that differ only in the last of many differ. */
const membershipOf = ({ membership }: Testimony): string | null =>
  membership && membership.toSorted((a, b) => a - b).join();
const membershipInWords = ({ membership }: Testimony): string | null => membership && inOrder(membership);
const ringOf = ({ ringId }: Testimony): string | null => ringId && `${ringId.representative}.${ringId.sequence}`;

/** No node outside the inventory is a member. */
export const membersAreOurs: ClusterRule = (world) => {
  if (!allIdsAreKnown(world)) return null;
  const ids = inventoryIds(world);
  const strangers = world.reference?.members.filter((member) => !ids.includes(member.nodeId)) ?? [];
  return strangers.length > 0
    ? voteWarning(
        'unexpected_member',
        world.inventory.clusterName,
        `The cluster has members that are not registered here (${inOrder(strangers.map((member) => member.nodeId))}). Register the new nodes, or the figures are those of another cluster.`,
        { nodeIds: strangers.map((member) => member.nodeId).toSorted((a, b) => a - b) },
      )
    : null;
};

/** Every view lists the same members. */
export const membershipsAgree: ClusterRule = (world) => {
  const testimonies = testimoniesIn(world);
  return differ(testimonies.map(membershipOf))
    ? voteError(
        'memberships_differ',
        world.inventory.clusterName,
        'The views list different members: the cluster is split, or a membership is changing. Look again in some seconds, then check the network between the nodes.',
        { members: whoSaysWhat(testimonies, membershipInWords) },
      )
    : null;
};

/** Every view has the same ring id: differing ones mean a partition or a transition, even where the members look alike. */
export const ringIdsAgree: ClusterRule = (world) => {
  const testimonies = testimoniesIn(world);
  return differ(testimonies.map(ringOf))
    ? voteError(
        'ring_ids_differ',
        world.inventory.clusterName,
        'The views are of different rings: the cluster is split, or a membership is changing. Look again in some seconds, then check the network between the nodes.',
        { rings: whoSaysWhat(testimonies, ringOf) },
      )
    : null;
};

/** Every node is configured with the nodes of the inventory, or ffsplit never settles (`qnetd_algo_ffsplit_is_membership_stable`). */
export const configuredNodesAreOurs: ClusterRule = (world) => {
  if (!allIdsAreKnown(world)) return null;
  const ids = inventoryIds(world);
  const deviating = testimoniesIn(world).filter(
    ({ configuredNodes }) => configuredNodes !== null && !sameIds(configuredNodes, ids),
  );
  return deviating.length > 0
    ? voteWarning(
        'configured_nodes_differ',
        world.inventory.clusterName,
        `The nodelist in corosync.conf is not that of the registration (${inOrder(ids)}). Bring the nodelist of all nodes and the registration together.`,
        { nodelists: whoSaysWhat(deviating, ({ configuredNodes }) => configuredNodes && inOrder(configuredNodes)) },
      )
    : null;
};

/**
 * No node or arbiter knows the cluster with an odd number of nodes where it was onboarded with an even one, or the other way round:
 * the device is then the wrong one for it. ffsplit refuses an odd number of votes, and lms with the votes of another number of nodes
 * decides alone.
 */
export const parityFitsTheDevice: ClusterRule = (world) => {
  const { device, clusterName, nodes } = world.inventory;
  const flipped = testimoniesIn(world).filter(
    ({ configuredNodes }) => configuredNodes !== null && configuredNodes.length % 2 !== nodes.length % 2,
  );
  return device !== null && flipped.length > 0
    ? voteError(
        'parity_flipped',
        clusterName,
        `The cluster was onboarded with ${nodes.length} nodes and ${device.algorithm}, and is configured with ${nodes.length % 2 === 0 ? 'an odd' : 'an even'} number now: the device does not fit it any more. Off-board it, register its nodes, and onboard it again.`,
        { nodelists: whoSaysWhat(flipped, ({ configuredNodes }) => configuredNodes && inOrder(configuredNodes)) },
      )
    : null;
};

/**
 * Every device daemon reports the same version of corosync.conf. Only told, because it proves little: a daemon keeps the
 * version it read when it started or when the nodelist last changed, not that of the last reload (corosync-qdevice,
 * `qdevice-cmap.c:qdevice_cmap_node_list_event`), so restarting one daemon of a healthy cluster makes them differ.
 */
export const configVersionsAgree: ClusterRule = (world) => {
  const testimonies = testimoniesIn(world);
  return differ(testimonies.map(({ configVersion }) => configVersion))
    ? voteInfo(
        'config_versions_differ',
        world.inventory.clusterName,
        'The device daemons report different versions of corosync.conf. Each reports the one of its own start, so this may be harmless: compare the files on the nodes before changing anything.',
        { versions: whoSaysWhat(testimonies, ({ configVersion }) => configVersion) },
      )
    : null;
};

/** There is one quorate partition at most. Two were seen for 2.7 s while a cut settled (measured on Debian 12). */
export const onePartitionIsQuorate: ClusterRule = (world) => {
  const quorate = world.nodes
    .map((node) => valueOf(node.quorum))
    .filter((status) => status !== null)
    .filter((status) => opinionOf(status) === 'quorate');
  const apart = quorate.find((a) => quorate.some((b) => !b.members.some((member) => member.nodeId === a.nodeId)));
  return apart
    ? voteError(
        'two_quorate_partitions',
        world.inventory.clusterName,
        'Two nodes that do not see each other both say that they are quorate. For some seconds after a cut that is a transition; if it lasts it is a split brain: fence one side before both write.',
        {
          quorate: quorate.map(
            (status) => `node ${status.nodeId} with ${inOrder(status.members.map((m) => m.nodeId))}`,
          ),
        },
      )
    : null;
};
