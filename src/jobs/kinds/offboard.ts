import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AgentTokensStore } from '../../access/agent-tokens.store.ts';
import type { Certificate } from '../../certificates/certificate.entity.ts';
import { CertificatesStore } from '../../certificates/certificates.store.ts';
import type { ClusterWithNodes } from '../../clusters/clusters.store.ts';
import { seenNodes, type SeenNode } from '../../core/gates/situation.ts';
import { error } from '../../core/finding.ts';
import { inStages, refusal, type Plan, type PlannedStep } from '../../core/jobs/plan.ts';
import { decideOffboarding, type OffboardingDecision } from '../../core/offboarding/decide.ts';
import type { OffboardingSituation } from '../../core/offboarding/situation.ts';
import { DatabaseDirectory } from '../../core/qnetd/nss.ts';
import type { Clock } from '../../core/time.ts';
import { CLOCK } from '../../platform/clock/clock.ts';
import { Database } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import { configChange } from '../plan-config-change.ts';
import type { JobKind, JobTarget, PlanRequest } from '../job-kind.ts';
import { lookAtArbiter, lookAtNodes } from '../look-at-hosts.ts';
import { planClearing } from '../plan-clearing.ts';
import { clearLeftovers } from '../steps/clear-leftovers.ts';
import { awaitConfig, guardConfig, reloadConfig, writeConfig } from '../steps/corosync-config.ts';
import { restoreAfterSeconds, restoreTimer } from '../steps/config-change.ts';
import { distrustCertificates } from '../steps/distrust-certificates.ts';
import { recordOffboarding } from '../steps/record-offboarding.ts';
import { keepConfig } from '../steps/restore-timer.ts';
import { revokeAgents } from '../steps/revoke-agents.ts';
import { setAsideDatabase } from '../steps/set-aside-database.ts';
import { holdQdevice, stopQdevice } from '../steps/stop-qdevice.ts';
import { proveAcceptance, proveRefusal } from '../steps/try-certificate.ts';

const options = z.strictObject({
  removePackages: z.boolean().default(false).describe('Also purge the packages that the onboarding installed.'),
  absentNodes: z
    .array(z.uuid())
    .max(32)
    .default([])
    .describe(
      'Nodes known to be dead, by their ids in the inventory. They are not contacted; what they still have to lose is kept as leftovers.',
    ),
  restoreAfterSeconds,
});
type Options = z.output<typeof options>;

/** What the steps are made from, once nothing speaks against them. */
interface Decided {
  readonly decision: OffboardingDecision;
  readonly present: readonly SeenNode[];
  readonly certificates: readonly Certificate[];
  /** The nodes that report by themselves, by their ids. */
  readonly withAgent: readonly string[];
}

/** Takes a cluster's device away: its nodes are as they were before, and the arbiter refuses their certificates. */
@Injectable()
export class Offboard implements JobKind<Options> {
  readonly name = 'offboard';
  readonly about = 'cluster';
  readonly changes = true;
  readonly options = options;

  constructor(
    private readonly database: Database,
    private readonly certificates: CertificatesStore,
    private readonly agents: AgentTokensStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async plan(request: PlanRequest<Options>): Promise<Plan> {
    const cluster = clusterOf(request.target);
    const unknown = request.options.absentNodes.filter((id) => !cluster.nodes.some((node) => node.id === id));
    if (unknown.length > 0) return refusal([unknownNode(cluster.name, unknown)]);
    if (cluster.state === 'registered' && cluster.nodes.some((node) => node.leftovers !== null))
      return planClearing(request, cluster, this.clock);
    const situation = await this.gather(request, cluster);
    const { decision, findings, quorum } = decideOffboarding(situation);
    if (!decision) return { steps: [], findings, quorum };
    const certificates = await this.certificates.installedOf(this.database.read, EVERYTHING, cluster.id);
    const agents = await this.agents.ofCluster(this.database.read, EVERYTHING, cluster.id);
    const withAgent = agents.map(({ nodeId }) => nodeId);
    const decided = { decision, present: seenNodes(situation.nodes), certificates, withAgent };
    return { steps: stepsFor(request, cluster, decided), findings, quorum };
  }

  private async gather(
    { target, options: { absentNodes }, look }: PlanRequest<Options>,
    cluster: ClusterWithNodes,
  ): Promise<OffboardingSituation> {
    const present = cluster.nodes.filter((node) => !absentNodes.includes(node.id));
    const [nodes, arbiter] = await Promise.all([
      lookAtNodes(present, look, this.clock),
      lookAtArbiter(target.arbiter, target.instance, look, this.clock),
    ]);
    return {
      cluster: { name: cluster.name, kind: cluster.kind, onboarded: cluster.state === 'onboarded' },
      nodes,
      absent: cluster.nodes.filter((node) => absentNodes.includes(node.id)),
      arbiter,
      device: cluster.device,
      setAside: cluster.setAside,
    };
  }
}

const clusterOf = ({ cluster }: JobTarget): ClusterWithNodes => {
  if (!cluster) throw new Error('an offboarding is about a cluster');
  return cluster;
};

const unknownNode = (cluster: string, ids: readonly string[]) =>
  error(
    'absent_node_unknown',
    'options.absentNodes',
    `"${cluster}" has no node ${ids.join(', ')}. Give the ids of GET /v1/clusters/{id}.`,
  );

/**
 * The order in which no moment is worse than the one before: the file goes first, while every device still votes, so that
 * quorum never depends on one that is about to leave. What cannot be undone comes last, when all else is done.
 */
const stepsFor = (
  { jobId, target, options: { removePackages, restoreAfterSeconds: afterSeconds } }: PlanRequest<Options>,
  cluster: ClusterWithNodes,
  { decision, present, certificates, withAgent }: Decided,
): PlannedStep[] => {
  const { arbiter, instance } = target;
  const restore = restoreTimer(jobId, present.length, { afterSeconds, device: 'starts' });
  const change = configChange(cluster.kind, decision, present, restore);
  const trial = { address: arbiter.address, port: instance.port, clusterName: cluster.name };
  const aside = `${DatabaseDirectory.qdevice}.umpire-aside-${jobId}`;
  const left = leftoversOf(cluster, present, change.before.sha256, removePackages, withAgent);
  return inStages(
    ...present.map((node) => [holdQdevice(node.address, node.id)]),
    [guardConfig(cluster.name, change)],
    writeConfig(change),
    reloadConfig(change),
    awaitConfig(change),
    // The cluster stands on its nodes' votes now, which needs no more confirming.
    ...keepConfig(change),
    ...present.map((node) => [stopQdevice(node.address, node.id, { votes: decision.votesAfter })]),
    present.map((node) => proveAcceptance(node.address, node.id, trial)),
    [
      distrustCertificates(arbiter.name, arbiter.id, {
        certificates: certificates.map(({ id, serial }) => ({ id, serial })),
      }),
    ],
    present.map((node) => proveRefusal(node.address, node.id, trial)),
    present.map((node) => setAsideDatabase(node.address, node.id, { aside })),
    [
      recordOffboarding(cluster.name, {
        clusterId: cluster.id,
        device: cluster.device ?? { algorithm: 'ffsplit', votes: 1 },
        setAside: cluster.setAside,
        certificateIds: certificates.map(({ id }) => id),
        nodes: left,
      }),
    ],
    // There is no way back from here.
    withAgent.length > 0 ? [revokeAgents(cluster.name, { clusterId: cluster.id, nodeIds: withAgent })] : [],
    present.map((node) =>
      clearLeftovers(node.address, node.id, {
        clusterId: cluster.id,
        leftovers: left.find(({ id }) => id === node.id)?.leftovers ?? NOTHING,
        config: null,
      }),
    ),
  );
};

const NOTHING = { configSha256: null, device: false, database: false, packages: [] };

const leftoversOf = (
  cluster: ClusterWithNodes,
  present: readonly SeenNode[],
  configSha256: string,
  removePackages: boolean,
  withAgent: readonly string[],
) =>
  cluster.nodes.map(({ id, brought }) => {
    const isThere = present.some((node) => node.id === id);
    const packages = removePackages ? (brought ?? []) : [];
    const agent = withAgent.includes(id) ? { agent: true } : {};
    return {
      id,
      leftovers: { configSha256: isThere ? null : configSha256, device: !isThere, database: true, packages, ...agent },
    };
  });
