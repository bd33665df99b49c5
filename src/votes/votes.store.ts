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

  /** What was last seen of a node by a look of ours, or what its agent last reported. */
  latestOfNode(session: Session, scope: Scope, nodeId: string, source: 'node' | 'push'): Promise<Reading | null> {
    return session.manager.findOne(Reading, {
      where: { nodeId, source, ...ownedBy(scope) },
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

  async pruneReadings(tx: Transaction, before: Instant): Promise<void> {
    await tx.manager.delete(Reading, { at: LessThan(before) });
  }

  /** How the instance was at the last look, or null before the first. */
  findInstanceState(session: Session, instanceId: string): Promise<InstanceStateRow | null> {
    return session.manager.findOneBy(InstanceStateRow, { instanceId });
  }

  async putInstanceState(tx: Transaction, row: InstanceStateRow): Promise<void> {
    await tx.manager.upsert(InstanceStateRow, row, ['instanceId']);
  }

  /** Where an agent is no more, nobody waits for its next report. */
  async forgetReports(tx: Transaction, nodeIds: readonly string[]): Promise<void> {
    await tx.manager.delete(Reading, { nodeId: In(nodeIds), source: 'push' });
  }

  /** Of a cluster that is forgotten only the history stays. */
  async forgetCluster(tx: Transaction, clusterId: string): Promise<void> {
    await tx.manager.delete(VoteStateRow, { clusterId });
  }
}
