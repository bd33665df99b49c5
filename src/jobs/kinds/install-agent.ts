import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AgentTokensStore } from '../../access/agent-tokens.store.ts';
import { readingsUrl, reportTarget, type ReportTarget } from '../../core/agents/report-target.ts';
import { error, hasError, type Finding } from '../../core/finding.ts';
import { hostFindings } from '../../core/gates/host-gates.ts';
import { seenNodes, type SeenNode } from '../../core/gates/situation.ts';
import { inStages, refusal, type Plan, type PlannedStep } from '../../core/jobs/plan.ts';
import type { Clock } from '../../core/time.ts';
import type { ClusterWithNodes } from '../../clusters/clusters.store.ts';
import { CLOCK } from '../../platform/clock/clock.ts';
import { Database } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import type { JobKind, PlanRequest } from '../job-kind.ts';
import { lookAtNodes } from '../look-at-hosts.ts';
import { forgetPackages, installPackages } from '../steps/install-packages.ts';
import { installAgent } from '../steps/install-agent.ts';
import { startAgent } from '../steps/start-agent.ts';

const options = z.strictObject({
  reportTo: z
    .string()
    .max(200)
    .describe('The URL under which the nodes reach this service. https; http only to a private IP address.'),
});
type Options = z.output<typeof options>;

/** Has each node of a cluster report by itself, at once when what it sees of the vote changes. Touches no quorum. */
@Injectable()
export class InstallAgentKind implements JobKind<Options> {
  readonly name = 'install-agent';
  readonly about = 'cluster';
  readonly changes = true;
  readonly options = options;

  constructor(
    private readonly database: Database,
    private readonly tokens: AgentTokensStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async plan(request: PlanRequest<Options>): Promise<Plan> {
    const { cluster } = request.target;
    if (!cluster) throw new Error('an agent is for the nodes of a cluster');
    const target = reportTarget(request.options.reportTo);
    if (!target.ok) return refusal(target.findings);
    const obstacles = await this.obstacles(cluster);
    if (obstacles.length > 0) return refusal(obstacles);
    const nodes = await lookAtNodes(cluster.nodes, request.look, this.clock);
    const findings = [
      ...target.findings,
      ...nodes.flatMap(({ found, address }) =>
        'unreachable' in found ? [found.unreachable] : hostFindings(found.facts, address),
      ),
    ];
    const steps = hasError(findings) ? [] : stepsFor(request.jobId, cluster, seenNodes(nodes), target.value);
    return { steps, findings, quorum: null };
  }

  private async obstacles({ id, name, state }: ClusterWithNodes): Promise<Finding[]> {
    if (state !== 'onboarded')
      return [error('not_onboarded', name, `"${name}" has no device of ours, so there is no vote to report of.`)];
    const installed = await this.tokens.ofCluster(this.database.read, EVERYTHING, id);
    return installed.length === 0
      ? []
      : [
          error(
            'agent_installed',
            name,
            `${installed.length} nodes of "${name}" have an agent. Remove it first: a new one comes with new tokens.`,
          ),
        ];
  }
}

const stepsFor = (
  jobId: string,
  { id: clusterId, customerId }: ClusterWithNodes,
  nodes: readonly SeenNode[],
  target: ReportTarget,
): PlannedStep[] => {
  const record = `/var/lib/umpire/packages-${jobId}`;
  const lacking = nodes.filter(({ facts }) => !facts.packages.has('curl'));
  const url = readingsUrl(target, clusterId);
  return inStages(
    lacking.map((node) => installPackages(node.address, node.id, { packages: ['curl'], record })),
    nodes.map((node) => installAgent(node.address, node.id, { clusterId, customerId, url })),
    nodes.map((node) => startAgent(node.address, node.id)),
    lacking.map((node) => forgetPackages(node.address, node.id, { record })),
  );
};
