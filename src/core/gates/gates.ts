import type { Finding } from '../finding.ts';
import { CLUSTER_GATES } from './cluster-gates.ts';
import { DEVICE_GATES } from './device-gates.ts';
import { hostFindings } from './host-gates.ts';
import { NODE_GATES } from './node-gates.ts';
import { seenArbiter, seenNodes, type ClusterSituation, type SeenNode } from './situation.ts';

/**
 * Everything that speaks against changing this cluster now, whatever the change is: a host that could not be looked at, and
 * every gate that is shut. What only a certain change minds stands with that change.
 * @param nodeObstacles what this change minds of a node, beside the gates
 * @param deviceDemanded whether the device must run on every node: it must where the cluster is onboarded, unless the change
 * is one that takes it away
 */
export const gateFindings = (
  situation: ClusterSituation,
  nodeObstacles: (node: SeenNode) => readonly Finding[] = () => [],
  deviceDemanded: boolean = situation.cluster.onboarded,
): Finding[] => {
  const { nodes, arbiter } = situation;
  const unreachable = [...nodes.map(({ found }) => found), arbiter.found].flatMap((found) =>
    'unreachable' in found ? [found.unreachable] : [],
  );
  const arbiterFacts = seenArbiter(arbiter);
  const nodeGates = deviceDemanded ? [...NODE_GATES, ...DEVICE_GATES] : NODE_GATES;
  return [
    ...unreachable,
    ...seenNodes(nodes).flatMap((node) => [
      ...hostFindings(node.facts, node.address),
      ...nodeGates.map((gate) => gate.check(node, situation)).filter((finding) => finding !== null),
      ...nodeObstacles(node),
    ]),
    ...(arbiterFacts ? hostFindings(arbiterFacts, arbiter.name) : []),
    ...CLUSTER_GATES.flatMap((gate) => gate.check(situation)),
  ];
};
