import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { Finding } from '../core/finding.ts';
import type { PresenceChange } from '../core/quorum/stretches.ts';
import type { Instant, Period } from '../core/time.ts';
import type { Session } from '../platform/database/database.ts';
import { ownedBy, type Scope } from '../platform/database/scope.ts';
import { VoteTransition } from '../votes/vote.entity.ts';

/** A cluster whose vote flaps changes thousands of times a day: they are read in pieces, so that others get their turn. */
const PIECE = 2_000;

/** The transitions of one cluster, without their reasons but where those are asked for. */
@Injectable()
export class HistoryStore {
  /** Every change from the last one before the period that made the vote present to the first one after it, oldest first. */
  async changes(session: Session, scope: Scope, clusterId: string, { from, to }: Period): Promise<PresenceChange[]> {
    const begin = await this.lastPresent(session, scope, clusterId, from);
    const changes: PresenceChange[] = [];
    for (;;) {
      const piece = await this.piece(session, scope, clusterId, changes.at(-1) ?? { at: begin, id: '' }, to);
      changes.push(...piece);
      if (piece.length < PIECE) break;
    }
    return [...changes, ...(await this.next(session, scope, clusterId, to))];
  }

  /** The reasons of these transitions, by their ids. */
  async findings(
    session: Session,
    scope: Scope,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Finding[]>> {
    const rows = await session.manager.find(VoteTransition, {
      select: { id: true, findings: true },
      where: { id: In(ids), ...ownedBy(scope) },
    });
    return new Map(rows.map(({ id, findings }) => [id, findings]));
  }

  private async lastPresent(session: Session, scope: Scope, clusterId: string, before: Instant): Promise<number> {
    const row = await this.of(session, scope, clusterId)
      .andWhere("t.presence = 'present' AND t.at <= :before", { before })
      .orderBy('t.at', 'DESC')
      .limit(1)
      .getOne();
    return row?.at ?? 0;
  }

  private async next(session: Session, scope: Scope, clusterId: string, from: Instant): Promise<PresenceChange[]> {
    const query = this.of(session, scope, clusterId).andWhere('t.at >= :from', { from });
    return changesOf(await query.orderBy({ 't.at': 'ASC', 't.id': 'ASC' }).limit(1).getMany());
  }

  private async piece(
    session: Session,
    scope: Scope,
    clusterId: string,
    after: { readonly at: number; readonly id: string },
    to: Instant,
  ): Promise<PresenceChange[]> {
    const rows = await this.of(session, scope, clusterId)
      .andWhere('t.at < :to', { to })
      .andWhere('(t.at > :at OR (t.at = :at AND t.id > :id))', after)
      .orderBy({ 't.at': 'ASC', 't.id': 'ASC' })
      .limit(PIECE)
      .getMany();
    return changesOf(rows);
  }

  private of(session: Session, scope: Scope, clusterId: string) {
    const query = session.manager
      .createQueryBuilder(VoteTransition, 't')
      .select(['t.id', 't.at', 't.presence', 't.to'])
      .where('t.clusterId = :clusterId', { clusterId });
    return scope.kind === 'customer'
      ? query.andWhere('t.customerId = :customerId', { customerId: scope.customerId })
      : query;
  }
}

const changesOf = (rows: readonly VoteTransition[]): PresenceChange[] =>
  rows.map(({ id, at, presence, to: state }) => ({ id, at, presence, state }));
