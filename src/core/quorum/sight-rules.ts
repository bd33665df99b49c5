import { ownCluster, called, capitalised, type ClusterRule, type NodeRule } from './rule.ts';
import { voteError, voteInfo, voteWarning } from './vote-finding.ts';

const ARBITER = 'arbiter';
const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

/** The arbiter has a fresh, readable view. Asked only where a device should be there. */
export const arbiterIsSeen: ClusterRule = ({ clusters, inventory }) => {
  if (inventory.device === null) return null;
  switch (clusters.kind) {
    case 'seen':
      return null;
    case 'never':
    case 'foreign':
      return voteWarning(
        'arbiter_not_read',
        ARBITER,
        'The arbiter has not been read, so nobody confirms the vote. Check that the service reaches the arbiter over SSH.',
      );
    case 'stale':
      return voteWarning(
        'arbiter_view_stale',
        ARBITER,
        `The arbiter's last view is ${seconds(clusters.ageMs)} old, which is too old to count. Check that the service reaches the arbiter over SSH.`,
        { ageMs: clusters.ageMs },
      );
    case 'unreachable':
    case 'unreadable':
      return voteWarning(
        'arbiter_unreadable',
        ARBITER,
        `The arbiter could not be read, so what it says counts as unknown: ${clusters.finding.message}`,
        { reason: clusters.finding.code },
      );
    case 'down':
      return voteError(
        'qnetd_down',
        ARBITER,
        'corosync-qnetd does not run on the arbiter, so no cluster gets its vote. Start it; no node needs a restart.',
        { reason: clusters.finding.code },
      );
  }
};

/** qnetd refuses clients without TLS. Not a fault of this cluster, hence only told. */
export const arbiterRequiresTls: ClusterRule = (world) =>
  world.acceptsPlaintext && ownCluster(world) !== null
    ? voteInfo(
        'arbiter_accepts_plaintext',
        ARBITER,
        'qnetd accepts clients without TLS and without a certificate, under any cluster name. Run it with "-s req".',
      )
    : null;

/** The node's own quorum view is fresh, readable and really its own. */
export const nodeIsSeen: NodeRule = ({ inventory }, node) => {
  const who = capitalised(called(node));
  switch (node.quorum.kind) {
    case 'seen':
      return null;
    case 'never':
      return voteWarning('node_not_read', node.address, `${who} has not been read yet.`);
    case 'stale':
      return voteWarning(
        'node_view_stale',
        node.address,
        `The last view of ${called(node)} is ${seconds(node.quorum.ageMs)} old, which is too old to count. Check that the service reaches the node.`,
        { ageMs: node.quorum.ageMs },
      );
    case 'unreachable':
      return voteWarning(
        'node_unreachable',
        node.address,
        `${who} cannot be reached: ${node.quorum.finding.message} Check the node and the way to it.`,
        { reason: node.quorum.finding.code },
      );
    case 'unreadable':
      return voteWarning(
        'node_unreadable',
        node.address,
        `${who} was reached, but its quorum could not be read and counts as unknown: ${node.quorum.finding.message}`,
        { reason: node.quorum.finding.code },
      );
    case 'foreign':
      return voteError(
        'node_is_another',
        node.address,
        `Another machine answers for ${called(node)} of cluster ${inventory.clusterName}: it shows ${node.quorum.found}. Its view is not counted. Correct the address or the registration.`,
        { found: node.quorum.found },
      );
    case 'down':
      return voteError(
        'corosync_down',
        node.address,
        `Neither corosync nor corosync-qdevice answers on ${called(node)}. Start corosync there, and corosync-qdevice after it: stopping corosync stops both, starting it starts only itself.`,
        { reason: node.quorum.finding.code },
      );
  }
};

/** The node's device daemon answers. Asked only where a device should be there and the node itself was seen. */
export const deviceDaemonIsSeen: NodeRule = ({ inventory }, node) => {
  if (inventory.device === null || node.quorum.kind !== 'seen') return null;
  if (node.device.kind === 'down') {
    return voteError(
      'qdevice_down',
      node.address,
      `corosync-qdevice does not run on ${called(node)}, so the node gets no vote from the arbiter. Start corosync-qdevice there.`,
      { reason: node.device.finding.code },
    );
  }
  return node.device.kind === 'unreadable'
    ? voteWarning(
        'qdevice_unreadable',
        node.address,
        `What corosync-qdevice-tool printed on ${called(node)} could not be understood, so it counts as unknown: ${node.device.finding.message}`,
        { reason: node.device.finding.code },
      )
    : null;
};
