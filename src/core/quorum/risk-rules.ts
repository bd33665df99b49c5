import { figures, furtherLosses, unrivalledDeviceVotes, type Standing } from './arithmetic.ts';
import type { QuorumStatus } from '../corosync/tools/quorumtool.ts';
import { valueOf, type NodeEvidence, type World } from './evidence.ts';
import { countsDeviceVotes, opinionOf, rowVote } from './opinion.ts';
import { shapeOf, type ClusterRule } from './rule.ts';
import { voteError, voteWarning } from './vote-finding.ts';

/** What a node's device does, in the words of the REST contract. */
export type DeviceVoteOfNode = 'cast' | 'not-cast' | 'not-registered' | 'unknown';

/**
 * From the node's own view; where there is none, from the row that the reference view prints for it (nodes tell each
 * other their flags); else unknown.
 */
export const deviceVoteOf = ({ inventory, reference }: World, node: NodeEvidence): DeviceVoteOfNode => {
  if (node.quorum.kind === 'down') return 'not-registered';
  const status = valueOf(node.quorum) ?? reference;
  const row = status?.members.find((member) => member.nodeId === node.nodeId);
  if (!status || !row || opinionOf(status) === 'unclear') return 'unknown';
  const flagged = rowVote(row);
  const own = status.nodeId === node.nodeId;
  return own && flagged === 'cast' && inventory.device && !countsDeviceVotes(status, inventory.device)
    ? 'not-cast'
    : flagged;
};

/** The quorate partition as it stands; null when none is known. The quorum is the printed one: it may have sunk. */
export const standingOf = ({ reference, inventory }: World, arbiter: Standing['arbiter']): Standing | null => {
  if (reference === null || opinionOf(reference) !== 'quorate') return null;
  const nodeCount = inventory.nodes.length;
  const online = Math.min(reference.members.length, nodeCount);
  return { online, quorum: reference.quorum, nodeCount, device: inventory.device, arbiter };
};

export interface LossesSurvived {
  readonly withArbiter: number | null;
  readonly withoutArbiter: number | null;
}

/**
 * How many MORE nodes may be lost from now on, if the arbiter votes and if it does not, whatever it does at the moment.
 * null when no partition is known to be quorate. 0 without the arbiter also where its loss alone would stop the cluster.
 */
export const lossesSurvived = (world: World): LossesSurvived => {
  const voting = standingOf(world, 'up');
  const away = standingOf(world, 'down');
  return { withArbiter: voting && furtherLosses(voting), withoutArbiter: away && furtherLosses(away) };
};

interface Member {
  readonly called: string;
  readonly casts: boolean;
}

const membersOf = (world: World, reference: QuorumStatus): Member[] =>
  reference.members.map((row) => {
    const node = world.nodes.find(({ nodeId }) => nodeId === row.nodeId);
    return node
      ? { called: node.address, casts: deviceVoteOf(world, node) === 'cast' }
      : { called: `node ${row.nodeId}`, casts: rowVote(row) === 'cast' };
  });

/** Quorate without this member, when each other node keeps the device's vote exactly if it has it now. */
const survivesLossOf = (lost: Member, members: readonly Member[], { device, nodeCount, quorum }: Standing): boolean => {
  const left = members.filter((member) => member !== lost);
  const casts = left.some((member) => member.casts);
  const deviceVotes = casts ? unrivalledDeviceVotes(device, left.length, nodeCount) : 0;
  return left.length + deviceVotes >= quorum;
};

/**
 * No single further failure, of a node or of the arbiter, that a healthy cluster of this shape survives would lose the
 * quorum now. A healthy plain two-node cluster without `two_node` survives none, so nothing is missed there.
 */
export const survivesOneMoreFailure: ClusterRule = (world) => {
  const { reference, inventory } = world;
  const standing = standingOf(world, 'down');
  if (standing === null || reference === null) return null;
  const healthy = figures({ ...shapeOf(world), arbiter: 'up' });
  const members = membersOf(world, reference);
  const fatal = healthy.nodeLossesSurvived > 0 ? members.filter((one) => !survivesLossOf(one, members, standing)) : [];
  const arbiter = inventory.device !== null && standing.online < standing.quorum ? ['the arbiter'] : [];
  const failures = [...fatal.map((member) => member.called).toSorted(), ...arbiter];
  return failures.length > 0
    ? voteError(
        'one_failure_from_loss',
        inventory.clusterName,
        `The cluster is quorate, but the failure of ${failures.join(' or ')} alone would stop it, which a healthy cluster of this shape survives. Repair before any maintenance, on the arbiter too.`,
        { failures, online: standing.online, quorum: standing.quorum },
      )
    : null;
};

/**
 * A cluster that is registered and not yet onboarded is never `ok`: `ok` is a statement about the external vote, and
 * there is none. How much that matters hangs on the shape, so the message gives its figures.
 */
export const hasADevice: ClusterRule = (world) => {
  const { inventory } = world;
  if (inventory.device !== null) return null;
  const shape = shapeOf(world);
  const plain = figures({ ...shape, arbiter: 'down' });
  const fence = shape.twoNode
    ? ' two_node lets either node go on alone; after a cut both do, and only fencing decides between them.'
    : '';
  return voteWarning(
    'no_device',
    inventory.clusterName,
    `This cluster has no quorum device yet: with all ${shape.nodeCount} nodes up it survives the loss of ${plain.nodeLossesSurvived}.${fence} Onboard it to give it the arbiter's vote.`,
    { nodeCount: shape.nodeCount, lossesSurvived: plain.nodeLossesSurvived, twoNode: shape.twoNode },
  );
};

/** Where no device is expected, none is registered. */
export const hasNoUnexpectedDevice: ClusterRule = (world) => {
  const { inventory, reference } = world;
  return inventory.device === null && reference?.device
    ? voteWarning(
        'unexpected_device',
        inventory.clusterName,
        'A quorum device is registered on this cluster although it was never onboarded here. Find out whose it is (pvecm, pcs or crmsh set up one too) before onboarding.',
        { name: reference.device.name },
      )
    : null;
};
