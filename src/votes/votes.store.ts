import { Injectable } from '@nestjs/common';
import { In, LessThan, LessThanOrEqual, MoreThanOrEqual, And, type FindOptionsWhere } from 'typeorm';
import type { Instant } from '../core/time.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { insertRows } from '../platform/database/rows.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { ownedBy, type Scope } from '../platform/database/scope.ts';
import { InstanceStateRow, Reading, VoteStateRow, VoteTransition } from './vote.entity.ts';

@Injectable()
export class VotesStore {
  async insertReadings(tx: Transaction, ...readings: readonly Reading[]): Promise<void> {
    await insertRows(tx, Reading, ...readings);
  }

  /** The arbiter's view covers clusters of several customers: each caller takes only its own cluster out of it. */
  latestOfInstance(session: Session, instanceId: string): Promise<Reading | null> {
    return session.manager.findOne(Reading, { where: { instanceId }, order: { at: 'DESC', id: 'DESC' } });
  }

  latestOfNode(session: Session, scope: Scope, nodeId: string): Promise<Reading | null> {
    return session.manager.findOne(Reading, {
      where: { nodeId, ...ownedBy(scope) },
      order: { at: 'DESC', id: 'DESC' },
    });
  }

  findState(session: Session, scope: Scope, clusterId: string): Promise<VoteStateRow | null> {
    return session.manager.findOneBy(VoteStateRow, { clusterId, ...ownedBy(scope) });
  }

  async putState(tx: Transaction, row: VoteStateRow): Promise<void> {
    await tx.manager.upsert(VoteStateRow, row, ['clusterId']);
  }

  async insertTransition(tx: Transaction, transition: VoteTransition): Promise<void> {
    await insertRows(tx, VoteTransition, transition);
  }

  transitions(
    session: Session,
    scope: Scope,
    clusterId: string,
    period: { from?: Instant | undefined; to?: Instant | undefined },
    request: PageRequest,
  ): Promise<Page<VoteTransition>> {
    const bounds = [
      ...(period.from === undefined ? [] : [MoreThanOrEqual(period.from)]),
      ...(period.to === undefined ? [] : [LessThanOrEqual(period.to)]),
    ];
    const where: FindOptionsWhere<VoteTransition> = {
      clusterId,
      ...(bounds.length > 0 ? { at: And(...bounds) } : {}),
      ...ownedBy(scope),
    };
    return findPage(session.manager, VoteTransition, where, request);
  }

  /** @returns how many rows are gone */
  async pruneReadings(tx: Transaction, before: Instant, limit: number): Promise<number> {
    const old = await tx.manager.find(Reading, {
      select: { id: true },
      where: { at: LessThan(before) },
      order: { at: 'ASC' },
      take: limit,
    });
    if (old.length > 0) await tx.manager.delete(Reading, { id: In(old.map(({ id }) => id)) });
    return old.length;
  }

  /** Lets transitions go that another one of their cluster followed before that moment. @returns how many rows are gone */
  async pruneTransitions(tx: Transaction, before: Instant, limit: number): Promise<number> {
    const old = await tx.manager
      .createQueryBuilder(VoteTransition, 't')
      .select('t.id')
      .where('t.at < :before', { before })
      .andWhere((query) => {
        const later = query.subQuery().select('1').from(VoteTransition, 'later');
        const isFollowed = later
          .where('later.clusterId = t.clusterId AND later.at <= :before')
          .andWhere('(later.at > t.at OR (later.at = t.at AND later.id > t.id))');
        return `EXISTS ${isFollowed.getQuery()}`;
      })
      .orderBy('t.at', 'ASC')
      .limit(limit)
      .getMany();
    if (old.length > 0) await tx.manager.delete(VoteTransition, { id: In(old.map(({ id }) => id)) });
    return old.length;
  }

  /** How the instance was at the last look, or null before the first. */
  findInstanceState(session: Session, instanceId: string): Promise<InstanceStateRow | null> {
    return session.manager.findOneBy(InstanceStateRow, { instanceId });
  }

  async putInstanceState(tx: Transaction, row: InstanceStateRow): Promise<void> {
    await tx.manager.upsert(InstanceStateRow, row, ['instanceId']);
  }

  /** Of a cluster that is forgotten only the history stays. */
  async forgetCluster(tx: Transaction, clusterId: string): Promise<void> {
    await tx.manager.delete(VoteStateRow, { clusterId });
  }
}
