import type { Node } from '../clusters/cluster.entity.ts';
import type { ClusterWithNodes } from '../clusters/clusters.store.ts';
import { seenNodes } from '../core/gates/situation.ts';
import { inStages, refusal, type Plan } from '../core/jobs/plan.ts';
import { decideClearing, type Clearing, type LookedAt } from '../core/offboarding/leftovers.ts';
import type { Clock } from '../core/time.ts';
import { sha256 } from '../platform/crypto/digest.ts';
import type { PlanRequest } from './job-kind.ts';
import { lookAtNodes } from './look-at-hosts.ts';
import { clearLeftovers } from './steps/clear-leftovers.ts';

interface Options {
  readonly absentNodes: readonly string[];
}

/** Plans what is still to be taken from the nodes that an offboarding has left behind, but for those still absent. */
export const planClearing = async (
  { look, options: { absentNodes } }: PlanRequest<Options>,
  cluster: ClusterWithNodes,
  clock: Clock,
): Promise<Plan> => {
  const present = cluster.nodes.filter((node) => !absentNodes.includes(node.id));
  const found = await lookAtNodes(present, look, clock);
  const unreachable = found.flatMap((node) => ('unreachable' in node.found ? [node.found.unreachable] : []));
  if (unreachable.length > 0) return refusal(unreachable);
  const looked = seenNodes(found).map((node) => ({ node, configSha256: digestOf(node.facts.config) }));
  const rowOf = ({ node }: LookedAt): Node | undefined => present.find(({ id }) => id === node.id);
  const whole = looked.filter((node) => !rowOf(node)?.leftovers?.configSha256);
  const left = looked.flatMap((node) => {
    const leftovers = rowOf(node)?.leftovers;
    return leftovers ? [{ ...node, leftovers }] : [];
  });
  const { clearings, findings } = decideClearing(cluster.name, whole, left);
  return { steps: inStages(clearings.map((clearing) => stepFor(cluster.id, clearing))), findings, quorum: null };
};

const digestOf = (base64: string | null): string | null =>
  base64 === null ? null : sha256(Buffer.from(base64, 'base64'));

const stepFor = (clusterId: string, { id, address, leftovers, config }: Clearing) =>
  clearLeftovers(address, id, {
    clusterId,
    leftovers,
    config: config && {
      text: { base64: config.base64, sha256: digestOf(config.base64) ?? '' },
      insteadOf: config.insteadOf,
    },
  });
