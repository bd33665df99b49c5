import { Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { THE_SERVICE } from '../core/audit/actor.ts';
import type { State } from '../core/quorum/vote-state.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import type { Transaction } from '../platform/database/database.ts';
import type { Judgement } from './judge-votes.ts';
import { stateChange } from './state-change.ts';
import { JudgedClusters } from './judged-clusters.ts';
import type { VoteStateRow } from './vote.entity.ts';
import { VotesStore } from './votes.store.ts';

/** Writes down what judgements found, where it is another than before, with a transition for each change of state or presence. */
@Injectable()
export class KeepStates {
  constructor(
    private readonly votes: VotesStore,
    private readonly audit: AuditStore,
    private readonly judged: JudgedClusters,
  ) {}

  async run(tx: Transaction, judgements: readonly Judgement[]): Promise<void> {
    if (judgements.length === 0) return;
    const before = await this.votes.statesForChange(
      tx,
      judgements.map(({ cluster }) => cluster.id),
    );
    const newer = judgements.filter(({ cluster, at }) => (before.get(cluster.id)?.judgedAt ?? 0) <= at);
    const changes = newer.map((judgement) => {
      const known = before.get(judgement.cluster.id);
      return { judgement, known, ...stateChange(known, judgement) };
    });
    await this.votes.putStates(
      tx,
      changes.flatMap(({ row }) => (row ? [row] : [])),
    );
    await this.votes.putFreshUntil(
      tx,
      changes.flatMap(({ row, known, judgement: { cluster, freshUntil } }) =>
        row || known?.freshUntil === freshUntil ? [] : [{ clusterId: cluster.id, freshUntil }],
      ),
    );
    const transitions = changes.flatMap((change) => change.transitions);
    await this.votes.insertTransitions(
      tx,
      transitions.map((transition) => ({ id: randomUUIDv7(), ...transition })),
    );
    await this.audit.recordAll(
      tx,
      THE_SERVICE,
      changes.flatMap(({ row, from }) => (row && from !== undefined ? [auditOf(row, from)] : [])),
    );
    tx.afterCommit(() => {
      for (const { judgement, row, known } of changes) this.judged.note(judgement, (row ?? known)?.since);
    });
  }

  /** Clusters that are watched no more have no state; of a cluster that is off-boarded only the history stays. */
  async forget(tx: Transaction, clusterIds: readonly string[]): Promise<void> {
    for (const clusterId of clusterIds) {
      await this.votes.forgetCluster(tx, clusterId);
      this.judged.forget(clusterId);
    }
  }
}

const auditOf = ({ clusterId, customerId, state: to, findings }: VoteStateRow, from: State | null) => ({
  customerId,
  event: {
    kind: 'vote.changed',
    data: { clusterId, from, to, findings: findings.map((finding) => finding.code) },
  } as const,
});
