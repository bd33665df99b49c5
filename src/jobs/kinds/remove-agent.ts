import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { inStages, type Plan } from '../../core/jobs/plan.ts';
import type { JobKind, PlanRequest } from '../job-kind.ts';
import { removeAgent } from '../steps/remove-agent.ts';
import { revokeAgents } from '../steps/revoke-agents.ts';

const options = z.strictObject({});
type Options = z.output<typeof options>;

/**
 * Ends the access of a cluster's agents, and takes them off its nodes. Nothing speaks against it, hence it looks at nothing
 * first: an access that is to end ends, also where a node is away, and where there is no agent nothing is done.
 */
@Injectable()
export class RemoveAgentKind implements JobKind<Options> {
  readonly name = 'remove-agent';
  readonly about = 'cluster';
  readonly changes = true;
  readonly options = options;

  plan({ target: { cluster } }: PlanRequest<Options>): Promise<Plan> {
    if (!cluster) throw new Error('an agent is on the nodes of a cluster');
    const { id: clusterId, name, nodes } = cluster;
    const steps = inStages(
      [revokeAgents(name, { clusterId, nodeIds: nodes.map(({ id }) => id) })],
      nodes.map(({ address, id }) => removeAgent(address, id)),
    );
    return Promise.resolve({ steps, findings: [], quorum: null });
  }
}
