import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Session, Transaction } from '../platform/database/database.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { insertRows, updateRow } from '../platform/database/rows.ts';
import { covers, ownedBy, type Scope } from '../platform/database/scope.ts';
import { Webhook } from './webhook.entity.ts';

@Injectable()
export class WebhooksStore {
  async find(session: Session, scope: Scope, id: string): Promise<Webhook | null> {
    const webhook = await session.manager.findOneBy(Webhook, { id });
    return webhook && covers(scope, webhook.customerId) ? webhook : null;
  }

  page(session: Session, scope: Scope, request: PageRequest): Promise<Page<Webhook>> {
    return findPage(session.manager, Webhook, ownedBy(scope), request);
  }

  /** The active ones that may listen to notices of this customer (null: of none), the oldest first. */
  listeningTo(session: Session, customerId: string | null): Promise<Webhook[]> {
    const state = 'active' as const;
    const ofAll = { state, customerId: IsNull() };
    const where = customerId === null ? ofAll : [ofAll, { state, customerId }];
    return session.manager.find(Webhook, { where, order: { id: 'ASC' } });
  }

  async insert(tx: Transaction, webhook: Webhook): Promise<void> {
    await insertRows(tx, Webhook, webhook);
  }

  /** @returns false when the row no longer has the version that the change was made on */
  async update(tx: Transaction, webhook: Webhook, expectedVersion: number): Promise<boolean> {
    const { id, name, url, events, state, disabledBy, mayBeInside, version, updatedAt } = webhook;
    const { sealedSecret, sealedOldSecret, oldSecretUntil } = webhook;
    const { affected } = await tx.manager.update(
      Webhook,
      { id, version: expectedVersion },
      {
        ...{ name, url, events, state, disabledBy, mayBeInside, version, updatedAt },
        ...{ sealedSecret, sealedOldSecret, oldSecretUntil },
      },
    );
    return affected === 1;
  }

  /** Its next number; a count of what is sent, which is no change of the webhook as its owner knows it. */
  async nextSequence(tx: Transaction, id: string): Promise<number> {
    await tx.manager.increment(Webhook, { id }, 'lastSequence', 1);
    return (await tx.manager.findOneByOrFail(Webhook, { id })).lastSequence;
  }

  /** Stops one that is active. @returns false when it was not */
  async disable(tx: Transaction, webhook: Webhook): Promise<boolean> {
    const { id, disabledBy, updatedAt } = webhook;
    const known = await tx.manager.findOneBy(Webhook, { id, state: 'active' });
    if (!known) return false;
    const version = known.version + 1;
    await updateRow(tx, Webhook, { id, version: known.version }, { state: 'disabled', disabledBy, updatedAt, version });
    return true;
  }

  /** @returns false when the row no longer has the version that was read */
  async delete(tx: Transaction, id: string, expectedVersion: number): Promise<boolean> {
    return (await tx.manager.delete(Webhook, { id, version: expectedVersion })).affected === 1;
  }
}
