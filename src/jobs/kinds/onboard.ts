import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Node } from '../../clusters/cluster.entity.ts';
import type { ClusterWithNodes } from '../../clusters/clusters.store.ts';
import { bytesOf } from '../../core/corosync/conf/bytes.ts';
import { arbiterFacts } from '../../core/facts/arbiter-facts.ts';
import { nodeFacts } from '../../core/facts/node-facts.ts';
import { inStages, type Plan, type PlannedStep } from '../../core/jobs/plan.ts';
import { decideOnboarding, type ConfigVersion, type OnboardingDecision } from '../../core/onboarding/decide.ts';
import { seenNodes, type SeenNode } from '../../core/gates/situation.ts';
import type { OnboardingSituation } from '../../core/onboarding/situation.ts';
import { CertutilUsage, DatabaseDirectory, Nickname, TrustFlags } from '../../core/qnetd/nss.ts';
import type { Clock } from '../../core/time.ts';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { CLOCK } from '../../platform/clock/clock.ts';
import { sha256 } from '../../platform/crypto/digest.ts';
import { lookAt } from '../look-at.ts';
import type { JobKind, JobTarget, PlanRequest } from '../job-kind.ts';
import { confirmVote } from '../steps/confirm-vote.ts';
import {
  restoreAfterSeconds,
  restoreTimer,
  type ConfigChange,
  type ConfigText,
  type RestoreTimer,
} from '../steps/config-change.ts';
import { awaitConfig, guardConfig, reloadConfig, writeConfig } from '../steps/corosync-config.ts';
import { installCertificate, issueCertificate, requestKey, type NssPlace } from '../steps/host-certificate.ts';
import { forgetPackages, installPackages } from '../steps/install-packages.ts';
import { recordOnboarding } from '../steps/record-onboarding.ts';
import { keepConfig } from '../steps/restore-timer.ts';
import { startQdevice } from '../steps/start-qdevice.ts';

const options = z.strictObject({
  acceptOddNodeRisk: z
    .boolean()
    .default(false)
    .describe('The person asking has read the warnings for odd numbers of nodes.'),
  restoreAfterSeconds,
});
type Options = z.output<typeof options>;

/** Gives a cluster its device: certificates on each node, corosync.conf, and the vote cast and confirmed on every node and at qnetd. */
@Injectable()
export class Onboard implements JobKind<Options> {
  readonly name = 'onboard';
  readonly about = 'cluster';
  readonly changes = true;
  readonly options = options;

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  async plan(request: PlanRequest<Options>): Promise<Plan> {
    const cluster = clusterOf(request.target);
    const situation = await this.gather(request, cluster);
    const { decision, findings, quorum } = decideOnboarding(situation);
    const steps = decision ? stepsFor(request, cluster, decision, seenNodes(situation.nodes)) : [];
    return { steps, findings, quorum };
  }

  private async gather(
    { target, options: { acceptOddNodeRisk }, look }: PlanRequest<Options>,
    cluster: ClusterWithNodes,
  ): Promise<OnboardingSituation> {
    const { arbiter, instance } = target;
    const [nodes, arbiterFound] = await Promise.all([
      Promise.all(
        cluster.nodes.map(async (node) => ({
          id: node.id,
          address: node.address,
          found: await this.lookAtNode(node, look),
        })),
      ),
      lookAt(look(arbiter.id, arbiter.address), SCRIPTS.gatherArbiter, this.clock, (sections, at) =>
        arbiterFacts(sections, at, arbiter.name),
      ),
    ]);
    const { id, name, address } = arbiter;
    return {
      cluster: { name: cluster.name, kind: cluster.kind, onboarded: cluster.state === 'onboarded' },
      nodes,
      arbiter: { id, name, address, port: instance.port, prepared: instance.state === 'prepared', found: arbiterFound },
      acceptOddNodeRisk,
    };
  }

  private lookAtNode(node: Node, look: PlanRequest<Options>['look']) {
    return lookAt(look(node.id, node.address), SCRIPTS.gatherNode, this.clock, (sections, at) =>
      nodeFacts(sections, at, node.address),
    );
  }
}

const clusterOf = ({ cluster }: JobTarget): ClusterWithNodes => {
  if (!cluster) throw new Error('an onboarding is about a cluster');
  return cluster;
};

const stepsFor = (
  { jobId, target, options: { restoreAfterSeconds: afterSeconds } }: PlanRequest<Options>,
  cluster: ClusterWithNodes,
  decision: OnboardingDecision,
  nodes: readonly SeenNode[],
): PlannedStep[] => {
  const place = placeOf(jobId, cluster.name);
  const record = `/var/lib/umpire/packages-${jobId}`;
  const lacking = nodes.filter((node) => missingOn(node).length > 0);
  const restore = restoreTimer(jobId, nodes.length, { afterSeconds, stopsDevice: true });
  const change = changeOf(cluster, decision, nodes, restore);
  return inStages(
    lacking.map((node) => installPackages(node.address, node.id, { packages: missingOn(node), record })),
    nodes.map((node) => requestKey(node.address, node.id, place)),
    nodes.map((node) =>
      issueCertificate(node.address, node.id, {
        purpose: 'client',
        instanceId: target.instance.id,
        commonName: cluster.name,
      }),
    ),
    nodes.map((node) => installCertificate(node.address, node.id, place)),
    [guardConfig(cluster.name, change)],
    writeConfig(change),
    reloadConfig(change),
    awaitConfig(change),
    // One node at a time, the next only after this one's vote was seen cast twice (invariant 7).
    ...nodes.map((node) => [startQdevice(node.address, node.id, { votes: decision.votesAfter })]),
    [confirmVote(cluster.name, { clusterId: cluster.id })],
    ...keepConfig(change),
    lacking.map((node) => forgetPackages(node.address, node.id, { record })),
    [
      recordOnboarding(cluster.name, {
        clusterId: cluster.id,
        device: decision.device,
        setAside: decision.setAside,
        nodes: nodes.map(learned),
      }),
    ],
  );
};

const missingOn = ({ facts }: SeenNode): string[] =>
  ['corosync-qdevice', 'libnss3-tools'].filter((needed) => !facts.packages.has(needed));

/** What the look told of a node, worth keeping. */
const learned = ({ id, facts }: SeenNode) => {
  const quorum = facts.quorum.kind === 'known' ? facts.quorum.value : null;
  return {
    id,
    nodeId: quorum?.nodeId ?? 0,
    name: quorum?.members.find((member) => member.local)?.name ?? null,
    machineId: facts.machineId,
  };
};

const placeOf = (jobId: string, commonName: string): NssPlace => ({
  stage: `${DatabaseDirectory.qdevice}.umpire-${jobId}`,
  live: DatabaseDirectory.qdevice,
  nickname: Nickname.clusterCert,
  commonName,
  usage: CertutilUsage.client,
  caTrust: TrustFlags.caOnNode,
  group: 'root',
});

const changeOf = (
  cluster: ClusterWithNodes,
  decision: OnboardingDecision,
  nodes: readonly SeenNode[],
  restore: RestoreTimer,
): ConfigChange => ({
  nodes: nodes.map((node) => ({ hostId: node.id, subject: node.address })),
  master: cluster.kind === 'pve',
  before: asText(decision.before),
  after: asText(decision.after),
  restored: asText(decision.restored),
  votesAfter: decision.votesAfter,
  votesRestored: decision.votesRestored,
  restore,
});

const asText = ({ text, version }: ConfigVersion): ConfigText => {
  const bytes = bytesOf(text);
  return { base64: Buffer.from(bytes).toString('base64'), sha256: sha256(bytes), version };
};
