import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan, LessThanOrEqual, Not, type FindOptionsWhere } from 'typeorm';
import type { Instant } from '../core/time.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { insertRows, updateRow } from '../platform/database/rows.ts';
import { Delivery, DeliveryAttempt, NoticeRow } from './delivery.entity.ts';

/**
 * The outbox: what is to be delivered, and how each attempt went. Its methods take a target's id and no scope: whoever asks has
 * found the target within the caller's scope before, or delivers.
 */
@Injectable()
export class DeliveriesStore {
  async insertNotice(tx: Transaction, notice: NoticeRow): Promise<void> {
    await insertRows(tx, NoticeRow, notice);
  }

  findNotice(session: Session, id: string): Promise<NoticeRow | null> {
    return session.manager.findOneBy(NoticeRow, { id });
  }

  async insert(tx: Transaction, ...deliveries: readonly Delivery[]): Promise<void> {
    await insertRows(tx, Delivery, ...deliveries);
  }

  find(session: Session, targetId: string, id: string): Promise<Delivery | null> {
    return session.manager.findOneBy(Delivery, { id, targetId });
  }

  page(
    session: Session,
    targetId: string,
    state: Delivery['state'] | undefined,
    request: PageRequest,
  ): Promise<Page<Delivery>> {
    const where: FindOptionsWhere<Delivery> = { targetId, ...(state === undefined ? {} : { state }) };
    return findPage(session.manager, Delivery, where, request);
  }

  /** The attempts of these deliveries, the oldest first. */
  attemptsOf(session: Session, deliveryIds: readonly string[]): Promise<DeliveryAttempt[]> {
    if (deliveryIds.length === 0) return Promise.resolve([]);
    const where = { deliveryId: In(deliveryIds) };
    return session.manager.find(DeliveryAttempt, { where, order: { id: 'ASC' } });
  }

  /** What is to be taken now, the longest waiting first, but nothing for the targets that are busy. */
  due(session: Session, now: Instant, busyTargets: readonly string[], limit: number): Promise<Delivery[]> {
    const where: FindOptionsWhere<Delivery> = {
      dueAt: LessThanOrEqual(now),
      ...(busyTargets.length === 0 ? {} : { targetId: Not(In(busyTargets)) }),
    };
    return session.manager.find(Delivery, { where, order: { dueAt: 'ASC', id: 'ASC' }, take: limit });
  }

  /**
   * Takes a delivery until its lease ends.
   * @returns what was taken; null when another has it since it was read
   */
  async claim(tx: Transaction, read: Delivery, claim: string, until: Instant): Promise<Delivery | null> {
    const asRead = { id: read.id, dueAt: read.dueAt ?? IsNull(), claim: read.claim ?? IsNull() };
    const change = { claim, dueAt: until, attempts: read.attempts + 1 };
    const { affected } = await tx.manager.update(Delivery, asRead, change);
    return affected === 1 ? { ...read, ...change } : null;
  }

  /**
   * Ends an attempt.
   * @returns false when the claim was lost to another, which then has the word
   */
  async settle(tx: Transaction, { id, claim }: Delivery, change: Partial<Delivery>): Promise<boolean> {
    const { affected } = await tx.manager.update(
      Delivery,
      { id, claim: claim ?? IsNull() },
      { ...change, claim: null },
    );
    return affected === 1;
  }

  async recordAttempt(tx: Transaction, attempt: DeliveryAttempt): Promise<void> {
    await insertRows(tx, DeliveryAttempt, attempt);
  }

  /** Gives free what processes held that are dead: for a database that only this process may use. */
  async releaseAll(tx: Transaction, now: Instant): Promise<void> {
    await tx.manager.update(Delivery, { claim: Not(IsNull()) }, { claim: null, dueAt: now });
  }

  /** Puts one that has ended down again. */
  async restart(tx: Transaction, { id }: Delivery, now: Instant, giveUpAt: Instant): Promise<void> {
    const change = { state: 'pending', attempts: 0, dueAt: now, giveUpAt, endedAt: null } as const;
    await updateRow(tx, Delivery, { id }, change);
  }

  /** Ends what a target was still to get. */
  async cancelPending(tx: Transaction, targetId: string, now: Instant): Promise<void> {
    const change = { state: 'cancelled', dueAt: null, claim: null, endedAt: now } as const;
    await updateRow(tx, Delivery, { targetId, state: 'pending' }, change);
  }

  /** Forgets a target's deliveries and their log. */
  async deleteOf(tx: Transaction, targetId: string): Promise<void> {
    const ofTarget = tx.manager.createQueryBuilder(Delivery, 'd').select('d.id').where('d.targetId = :targetId');
    await tx.manager
      .createQueryBuilder()
      .delete()
      .from(DeliveryAttempt)
      .where(`delivery_id IN (${ofTarget.getQuery()})`, { targetId })
      .execute();
    await tx.manager.delete(Delivery, { targetId });
  }

  countPending(session: Session): Promise<number> {
    return session.manager.countBy(Delivery, { dueAt: Not(IsNull()) });
  }

  /**
   * Forgets notices that are older, with their deliveries and the log of these.
   * @returns how many, at most `limit`
   */
  async prune(tx: Transaction, before: Instant, limit: number): Promise<number> {
    const old = await tx.manager.find(NoticeRow, {
      select: { id: true },
      where: { createdAt: LessThan(before) },
      order: { createdAt: 'ASC' },
      take: limit,
    });
    if (old.length === 0) return 0;
    const noticeId = In(old.map(({ id }) => id));
    const deliveries = await tx.manager.find(Delivery, { select: { id: true }, where: { noticeId } });
    await tx.manager.delete(DeliveryAttempt, { deliveryId: In(deliveries.map(({ id }) => id)) });
    await tx.manager.delete(Delivery, { noticeId });
    await tx.manager.delete(NoticeRow, { id: noticeId });
    return old.length;
  }
}
