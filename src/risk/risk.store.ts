import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Cluster } from '../clusters/cluster.entity.ts';
import type { Session } from '../platform/database/database.ts';
import { ownedBy, type Scope } from '../platform/database/scope.ts';
import { VoteStateRow } from '../votes/vote.entity.ts';

/** A cluster of an arbiter with its vote state as it was last judged. */
export interface ServedCluster extends Pick<Cluster, 'id' | 'name' | 'customerId' | 'instanceId' | 'state'> {
  readonly vote: Pick<VoteStateRow, 'state' | 'freshUntil'> | null;
}

@Injectable()
export class RiskStore {
  /** Every cluster that an arbiter serves, without its nodes: there may be thousands. */
  async servedBy(session: Session, scope: Scope, arbiterId: string): Promise<ServedCluster[]> {
    const clusters = await session.manager.find(Cluster, {
      select: { id: true, name: true, customerId: true, instanceId: true, state: true },
      where: { arbiterId, ...ownedBy(scope) },
      order: { id: 'ASC' },
    });
    const votes = new Map<string, VoteStateRow>();
    for (let begin = 0; begin < clusters.length; begin += PIECE) {
      const ids = clusters.slice(begin, begin + PIECE).map(({ id }) => id);
      const rows = await session.manager.find(VoteStateRow, {
        select: { clusterId: true, state: true, freshUntil: true },
        where: { clusterId: In(ids) },
      });
      for (const row of rows) votes.set(row.clusterId, row);
    }
    return clusters.map((cluster) => ({ ...cluster, vote: votes.get(cluster.id) ?? null }));
  }
}

/** Ids that are asked for at once. */
const PIECE = 1_000;
