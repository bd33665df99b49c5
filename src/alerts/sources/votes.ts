import { Injectable } from '@nestjs/common';
import { ClustersStore } from '../../clusters/clusters.store.ts';
import type { AlertRuleName } from '../../core/alerts/rule.ts';
import type { AlertSubject } from '../../core/alerts/symptom.ts';
import { voteSymptoms } from '../../core/alerts/vote-symptoms.ts';
import { SECOND_MS, type Instant } from '../../core/time.ts';
import type { Session, Transaction } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import type { AlertSource, Look } from '../alert-source.ts';
import { WatchedStore } from '../watched.store.ts';

/** The vote of each onboarded cluster, whose row says when it is to be weighed. */
@Injectable()
export class VotesSource implements AlertSource {
  readonly everyMs = 2 * SECOND_MS;
  readonly rules: readonly AlertRuleName[] = [
    ...(['vote_lost', 'vote_absent', 'next_failure_fatal', 'vote_at_risk', 'vote_unknown'] as const),
    ...(['imposter', 'membership_differs'] as const),
  ];

  constructor(
    private readonly watched: WatchedStore,
    private readonly clusters: ClustersStore,
  ) {}

  async due(session: Session, now: Instant, limit: number): Promise<readonly AlertSubject[]> {
    const ids = await this.watched.dueVotes(session, now, limit);
    return ids.map((id) => ({ kind: 'cluster', id }));
  }

  /** A cluster that is off-boarded has no vote to be told of. */
  async look(session: Session, { id }: AlertSubject): Promise<Look | null> {
    const row = await this.watched.vote(session, id);
    const cluster = row && (await this.clusters.find(session, EVERYTHING, id));
    if (!row || cluster?.state !== 'onboarded') return null;
    const { customerId, arbiterId, name: clusterName } = cluster;
    return { customerId, clusterId: id, arbiterId, jobId: null, symptoms: voteSymptoms({ ...row, clusterName }) };
  }

  readonly schedule = {
    claim: async (tx: Transaction, { id }: AlertSubject, now: Instant): Promise<boolean> =>
      (await this.watched.claimVote(tx, id, now)) || (await this.watched.vote(tx, id)) === null,
    settle: (tx: Transaction, { id }: AlertSubject, next: Instant | null): Promise<void> =>
      this.watched.settleVote(tx, id, next),
  };
}
