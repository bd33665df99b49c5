import type { QuorumFlag } from '../corosync/tools/quorumtool.ts';
import { valueOf } from './evidence.ts';
import { countsDeviceVotes, isConnected, opinionOf, ownRow, rowVote } from './opinion.ts';
import { called, capitalised, expectedQuorum, type NodeRule } from './rule.ts';
import { voteError, voteWarning } from './vote-finding.ts';

/** The node's three words on quorum say the same. */
export const isSettled: NodeRule = (_world, node) => {
  const status = valueOf(node.quorum);
  return status && opinionOf(status) === 'unclear'
    ? voteWarning(
        'quorum_in_transition',
        node.address,
        `${capitalised(called(node))} contradicts itself on being quorate, as nodes do while a membership changes. Look again in some seconds.`,
        { quorate: status.quorate, activityBlocked: status.activityBlocked, flags: status.flags },
      )
    : null;
};

/** The node is a member of the partition that the figures are taken from. */
export const isOnline: NodeRule = ({ reference }, node) =>
  reference === null || node.nodeId === null || reference.members.some((member) => member.nodeId === node.nodeId)
    ? null
    : voteError(
        'node_offline',
        node.address,
        `${capitalised(called(node))} is not a member of the cluster as node ${reference.nodeId} sees it. Bring the node, its corosync or its network back.`,
        {
          seenBy: reference.nodeId,
          members: reference.members.map((member) => member.nodeId).toSorted((a, b) => a - b),
        },
      );

/** The node is not inquorate while another one is quorate. */
export const sharesTheQuorum: NodeRule = ({ reference }, node) => {
  const status = valueOf(node.quorum);
  const cutOff = status && reference && opinionOf(status) === 'inquorate' && opinionOf(reference) === 'quorate';
  return cutOff
    ? voteError(
        'node_inquorate',
        node.address,
        `${capitalised(called(node))} is not quorate (${status.totalVotes} of ${status.quorum} votes) while node ${reference.nodeId} is: it is cut off, or lacks the device's vote. Check the network between the nodes first.`,
        { totalVotes: status.totalVotes, quorum: status.quorum },
      )
    : null;
};

/**
 * The printed quorum is the one the inventory's shape has. Expected votes are not judged: they sink after a reload on a
 * degraded cluster and rise again (measured on Debian 12), while the quorum figure is what decides.
 */
export const hasTheQuorumOfItsShape: NodeRule = (world, node) => {
  const status = valueOf(node.quorum);
  const expected = expectedQuorum(world);
  return status && status.quorum !== expected
    ? voteWarning(
        'quorum_differs',
        node.address,
        `${capitalised(called(node))} needs ${status.quorum} votes for quorum; a cluster of this shape needs ${expected}. Compare nodelist, quorum_votes and quorum.device in its corosync.conf with the registration.`,
        { seen: status.quorum, expected },
      )
    : null;
};

const INCOMPATIBLE: readonly QuorumFlag[] = ['2Node', 'LastManStanding', 'AutoTieBreaker', 'AllowDownscale'];

/** No option is on that votequorum does not take beside a device (corosync, `exec/votequorum.c:votequorum_readconfig`). */
export const hasNoIncompatibleOption: NodeRule = ({ inventory }, node) => {
  const found = valueOf(node.quorum)?.flags.filter((flag) => INCOMPATIBLE.includes(flag)) ?? [];
  return inventory.device !== null && found.length > 0
    ? voteWarning(
        'quorum_option_conflicts',
        node.address,
        `${capitalised(called(node))} runs with ${found.join(', ')}, which corosync does not take beside a quorum device: it will not start with this configuration again. Remove the option from corosync.conf.`,
        { flags: found },
      )
    : null;
};

/** The node's own row shows a device that is registered, alive and voting, and the votes really count. */
export const castsTheVote: NodeRule = ({ inventory: { device } }, node) => {
  const status = valueOf(node.quorum);
  const row = status && ownRow(status);
  if (device === null || !status) return null;
  const who = called(node);
  if (!row || rowVote(row) === 'not-registered') {
    return voteError(
      'device_not_registered',
      node.address,
      `No quorum device is registered on ${who} (NR). Start corosync-qdevice there and enable it, or look why it stops.`,
    );
  }
  if (row.device !== null && row.device !== 'not-registered' && !row.device.alive) {
    return voteError(
      'device_not_alive',
      node.address,
      `corosync-qdevice on ${who} is registered but does not answer in time (NA). Look whether it hangs, and restart it while the other nodes hold the quorum.`,
    );
  }
  return countsDeviceVotes(status, device)
    ? null
    : voteError(
        'vote_not_cast',
        node.address,
        `${capitalised(who)} does not count the device's votes (${device.votes}) beside those of its members: its total is ${status.totalVotes}. Being alive (A) is not voting (V): look at the arbiter, the way to it and the certificates.`,
        { totalVotes: status.totalVotes, deviceVotes: status.device?.votes ?? 0, expectedDeviceVotes: device.votes },
      );
};

/** The device daemon is connected to qnetd. A refused certificate shows as "Connecting" for ever, with the unit active. */
export const deviceIsConnected: NodeRule = ({ inventory }, node) => {
  const daemon = valueOf(node.device);
  return inventory.device !== null && daemon && !isConnected(daemon)
    ? voteError(
        'device_not_connected',
        node.address,
        `corosync-qdevice on ${called(node)} is not connected to ${daemon.net.host}:${daemon.net.port} (${daemon.net.state}). Check the way to the arbiter and, in qnetd's journal, whether it refuses the certificate.`,
        { state: daemon.net.state, host: daemon.net.host, port: daemon.net.port },
      )
    : null;
};

/** The connection is encrypted and the node showed its certificate. */
export const deviceUsesTls: NodeRule = ({ inventory }, node) => {
  const daemon = valueOf(node.device);
  const tls = daemon?.net.tlsActive;
  return inventory.device !== null && daemon && isConnected(daemon) && !(tls?.active && tls.certificateSent)
    ? voteWarning(
        'device_without_tls',
        node.address,
        `corosync-qdevice on ${called(node)} speaks to the arbiter without TLS or without its certificate. Set quorum.device.net.tls to required.`,
      )
    : null;
};

/** The daemon runs the algorithm it was onboarded with. */
export const deviceIsAsExpected: NodeRule = ({ inventory: { device } }, node) => {
  const daemon = valueOf(node.device);
  return device !== null && daemon && daemon.net.algorithm !== device.algorithm
    ? voteWarning(
        'device_differs',
        node.address,
        `corosync-qdevice on ${called(node)} runs ${daemon.net.algorithm}; this cluster was onboarded with ${device.algorithm}. Find out who changed corosync.conf.`,
        { seen: daemon.net.algorithm, expected: device.algorithm },
      )
    : null;
};
