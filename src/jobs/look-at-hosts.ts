import type { Arbiter, QnetdInstance } from '../arbiters/arbiter.entity.ts';
import type { Node } from '../clusters/cluster.entity.ts';
import { arbiterFacts } from '../core/facts/arbiter-facts.ts';
import { nodeFacts } from '../core/facts/node-facts.ts';
import type { ArbiterFound, NodeFound } from '../core/gates/situation.ts';
import type { Clock } from '../core/time.ts';
import { SCRIPTS } from '../hosts/scripts.ts';
import type { PlanRequest } from './job-kind.ts';
import { lookAt } from './look-at.ts';

type Look = PlanRequest<unknown>['look'];

/** One look at each of these nodes, side by side. */
export const lookAtNodes = (nodes: readonly Node[], look: Look, clock: Clock): Promise<NodeFound[]> =>
  Promise.all(
    nodes.map(async ({ id, address }) => ({
      id,
      address,
      found: await lookAt(look(id, address), SCRIPTS.gatherNode, clock, (sections, at) =>
        nodeFacts(sections, at, address),
      ),
    })),
  );

/** One look at an arbiter, for a cluster of this instance. */
export const lookAtArbiter = async (
  { id, name, address }: Arbiter,
  { port, state }: QnetdInstance,
  look: Look,
  clock: Clock,
): Promise<ArbiterFound> => ({
  ...{ id, name, address, port, prepared: state === 'prepared' },
  found: await lookAt(look(id, address), SCRIPTS.gatherArbiter, clock, (sections, at) =>
    arbiterFacts(sections, at, name),
  ),
});
