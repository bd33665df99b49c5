import { error, info, warning, type Finding } from '../finding.ts';
import { deviceFor, figures, type QuorumFigures } from './arithmetic.ts';

/** The codes `adviceFor` can return. */
export type AdviceCode =
  | 'too_few_nodes'
  | 'qdevice_strongly_recommended'
  | 'qdevice_recommended'
  | 'odd_node_risk_not_accepted'
  | 'qdevice_single_point_of_failure'
  | 'last_node_overload'
  | 'ceph_stops_without_majority';

export interface AdviceQuestion {
  readonly nodeCount: number;
  /** The person asking has read the three warnings for odd clusters and wants the device all the same. */
  readonly acceptOddNodeRisk: boolean;
}

const SUBJECT = 'nodes';

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

interface Comparison {
  readonly nodeCount: number;
  readonly plain: QuorumFigures;
  readonly voting: QuorumFigures;
  readonly away: QuorumFigures;
}

const compare = (nodeCount: number): Comparison => {
  const device = deviceFor(nodeCount);
  return {
    nodeCount,
    plain: figures({ nodeCount, device: null, twoNode: false, arbiter: 'down' }),
    voting: figures({ nodeCount, device, twoNode: false, arbiter: 'up' }),
    away: figures({ nodeCount, device, twoNode: false, arbiter: 'down' }),
  };
};

const tooFewNodes = (nodeCount: number): Finding =>
  error(
    'too_few_nodes' satisfies AdviceCode,
    SUBJECT,
    `A quorum device needs at least 2 nodes; this cluster has ${nodeCount}. Join a second node first.`,
    { nodeCount },
  );

const stronglyRecommended = ({ voting, away }: Comparison): Finding =>
  info(
    'qdevice_strongly_recommended' satisfies AdviceCode,
    SUBJECT,
    `A quorum device is strongly recommended for 2 nodes. With its 1 vote, ${voting.quorum} of ${voting.expectedVotes} votes make quorum, so either node can go on alone and only one of them ever does. While the arbiter is away the cluster stays quorate as long as both nodes are up (${away.nodeLossesSurvived} node losses survived).`,
    { nodeCount: 2, lossesWithArbiter: voting.nodeLossesSurvived, lossesWithoutArbiter: away.nodeLossesSurvived },
  );

const recommended = ({ nodeCount, plain, voting, away }: Comparison): Finding =>
  info(
    'qdevice_recommended' satisfies AdviceCode,
    SUBJECT,
    `A quorum device is recommended for ${nodeCount} nodes. With its 1 vote the cluster survives the loss of ${counted(voting.nodeLossesSurvived, 'node')} instead of ${plain.nodeLossesSurvived}, and while the arbiter is away it still survives ${away.nodeLossesSurvived}, exactly as without a device.`,
    { nodeCount, lossesWithArbiter: voting.nodeLossesSurvived, lossesWithoutArbiter: away.nodeLossesSurvived },
  );

const riskNotAccepted = ({ nodeCount }: Comparison): Finding =>
  error(
    'odd_node_risk_not_accepted' satisfies AdviceCode,
    'acceptOddNodeRisk',
    `A quorum device is discouraged for an odd number of nodes (${nodeCount}): read the warnings beside this finding, then either stay without a device, add a node, or ask again with acceptOddNodeRisk set to true.`,
    { nodeCount },
  );

const singlePointOfFailure = ({ nodeCount, plain, voting, away }: Comparison): Finding =>
  warning(
    'qdevice_single_point_of_failure' satisfies AdviceCode,
    SUBJECT,
    `The device would hold ${voting.qdeviceVotes} of ${voting.expectedVotes} votes. While the arbiter is away, all ${nodeCount} nodes together have exactly the ${away.quorum} votes that make quorum, and the loss of a single node stops the whole cluster. Without a device the same cluster survives the loss of ${counted(plain.nodeLossesSurvived, 'node')}. The arbiter becomes a single point of failure.`,
    {
      nodeCount,
      qdeviceVotes: voting.qdeviceVotes,
      expectedVotes: voting.expectedVotes,
      quorum: voting.quorum,
      lossesWithoutArbiter: away.nodeLossesSurvived,
      lossesWithoutDevice: plain.nodeLossesSurvived,
    },
  );

const lastNodeOverload = ({ nodeCount, voting }: Comparison): Finding =>
  warning(
    'last_node_overload' satisfies AdviceCode,
    SUBJECT,
    `With the device the cluster stays quorate after the loss of ${counted(voting.nodeLossesSurvived, 'node')} of ${nodeCount}. High availability then recovers the services of all of them on the single node that is left, which may be too much for it.`,
    { nodeCount, lossesWithArbiter: voting.nodeLossesSurvived },
  );

/** The figure is Proxmox VE's (pvecm(1), "Corosync External Vote Support", Supported Setups): Ceph's monitors count their own majority, without the device. */
const cephStops = ({ nodeCount }: Comparison): Finding => {
  const tooFew = (nodeCount - 1) / 2;
  return warning(
    'ceph_stops_without_majority' satisfies AdviceCode,
    SUBJECT,
    `If this cluster runs Ceph: Ceph stops serving when only ${counted(tooFew, 'node')} or fewer of ${nodeCount} remain, whatever the device says. Corosync may then be quorate on nodes that have no storage.`,
    { nodeCount, cephStopsAtNodes: tooFew },
  );
};

/**
 * What to tell a person who wants a quorum device for a cluster of this size.
 *
 * 2 nodes: strongly recommended. Other even numbers: recommended. Odd numbers: refused with an error unless the risk is
 * accepted; the three warnings stand in both cases, so that it is clear what is to be accepted. Fewer than 2: refused.
 * The recommendations are those of Proxmox VE's pvecm(1), "Corosync External Vote Support", Supported Setups.
 */
export const adviceFor = ({ nodeCount, acceptOddNodeRisk }: AdviceQuestion): readonly Finding[] => {
  if (!Number.isInteger(nodeCount) || nodeCount < 2) return [tooFewNodes(nodeCount)];
  const comparison = compare(nodeCount);
  if (nodeCount === 2) return [stronglyRecommended(comparison)];
  if (nodeCount % 2 === 0) return [recommended(comparison)];
  const risks = [singlePointOfFailure(comparison), lastNodeOverload(comparison), cephStops(comparison)];
  return acceptOddNodeRisk ? risks : [riskNotAccepted(comparison), ...risks];
};
