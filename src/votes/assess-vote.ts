import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { ClusterWithNodes } from '../clusters/clusters.store.ts';
import { THE_SERVICE } from '../core/audit/actor.ts';
import type { Finding } from '../core/finding.ts';
import { nodeId, type ClusterName } from '../core/names.ts';
import { presenceOf } from '../core/quorum/presence.ts';
import type { FreshnessLimits, VoteEvidence } from '../core/quorum/views.ts';
import { voteState, type VoteState } from '../core/quorum/vote-state.ts';
import { MINUTE_MS, SECOND_MS, type Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { Database, type Session, type Transaction } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { arbiterView, nodeView } from './raw-reading.ts';
import type { VoteStateRow } from './vote.entity.ts';
import { VotesStore } from './votes.store.ts';

export const ARBITER_EVERY_MS = 10 * SECOND_MS;
export const NODES_EVERY_MS = MINUTE_MS;

/** A view counts until it should have been followed by two more. */
const LIMITS: FreshnessLimits = { arbiterFreshMs: 3 * ARBITER_EVERY_MS, nodeFreshMs: 2.5 * NODES_EVERY_MS };

/** For so long after a change its views may still be of moments that do not last: it is looked at more often. */
const UNSETTLED_MS = 5 * MINUTE_MS;

/** Who tells of a node: we, who look there, and its own agent. */
const SOURCES = ['node', 'push'] as const;

/** Draws the vote state of a cluster from what was last said of it, and keeps what changed. */
@Injectable()
export class AssessVote {
  constructor(
    private readonly database: Database,
    private readonly votes: VotesStore,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The state as it is now, from the newest readings. Changes nothing. */
  async judge(cluster: ClusterWithNodes, arbiterName: string): Promise<VoteState> {
    return voteState(await this.evidence(this.database.read, cluster, arbiterName));
  }

  /**
   * Judges, and when the state is another than before writes the transition with its reasons.
   * @returns whether the nodes are worth asking again soon: it was another, or it is new that all is not well
   */
  async run(cluster: ClusterWithNodes, arbiterName: string): Promise<boolean> {
    const now = await this.judge(cluster, arbiterName);
    const known = await this.votes.findState(this.database.read, EVERYTHING, cluster.id);
    if (known && !differs(known, now)) return now.state !== 'ok' && this.clock.now() - known.since < UNSETTLED_MS;
    return this.database.write((tx) => this.keep(tx, cluster, now));
  }

  private async keep(tx: Transaction, { id: clusterId, customerId }: ClusterWithNodes, now: VoteState) {
    const before = await this.votes.findState(tx, EVERYTHING, clusterId);
    if (before && !differs(before, now)) return false;
    const at = this.clock.now();
    const { state, findings } = now;
    const presence = presenceOf(now);
    const isOther = before?.state !== state;
    await this.votes.putState(tx, {
      ...{ clusterId, customerId, state, presence, findings },
      since: before && !isOther ? before.since : at,
      arbiterVote: now.arbiter.vote,
      lossesWithArbiter: now.lossesSurvived.withArbiter,
      lossesWithoutArbiter: now.lossesSurvived.withoutArbiter,
      ...{ judgedAt: at, freshUntil: null, evaluateAt: at },
    });
    if (!isOther && before.presence === presence) return false;
    const from = before?.state ?? null;
    await this.votes.insertTransition(tx, {
      id: randomUUIDv7(),
      ...{ clusterId, customerId, at, from, to: state, presence, findings },
    });
    if (!isOther) return false;
    await this.audit.record(tx, THE_SERVICE, customerId, {
      kind: 'vote.changed',
      data: { clusterId, from, to: state, findings: findings.map((finding) => finding.code) },
    });
    return true;
  }

  private async evidence(session: Session, cluster: ClusterWithNodes, arbiterName: string): Promise<VoteEvidence> {
    const ofArbiter = await this.votes.latestOfInstance(session, cluster.instanceId);
    const ofNodes = await Promise.all(
      cluster.nodes.flatMap((node) =>
        SOURCES.map(async (source) => {
          const reading = await this.votes.latestOfNode(session, EVERYTHING, node.id, source);
          return reading ? [nodeView(reading, node.address)] : [];
        }),
      ),
    );
    return {
      inventory: {
        clusterName: cluster.name as ClusterName,
        nodes: cluster.nodes.map((node) => ({
          nodeId: node.nodeId === null ? null : nodeId(node.nodeId),
          address: node.address,
          ...(node.name === null ? {} : { name: node.name }),
        })),
        device: cluster.device,
      },
      arbiter: ofArbiter ? arbiterView(ofArbiter, arbiterName) : null,
      nodes: ofNodes.flat(),
      at: this.clock.now(),
      limits: LIMITS,
    };
  }
}

/** What is told of a state: whoever reads the rows or is alerted by them has nothing new without a difference here. */
const differs = (known: VoteStateRow, now: VoteState): boolean =>
  known.state !== now.state ||
  known.presence !== presenceOf(now) ||
  known.lossesWithArbiter !== now.lossesSurvived.withArbiter ||
  known.lossesWithoutArbiter !== now.lossesSurvived.withoutArbiter ||
  known.arbiterVote !== now.arbiter.vote ||
  told(known.findings) !== told(now.findings);

const told = (findings: readonly Finding[]): string =>
  findings.map(({ code, severity, subject }) => `${code} ${severity} ${subject}`).join('\n');
