import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Session, Transaction } from '../platform/database/database.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { insertRows } from '../platform/database/rows.ts';
import { covers, ownedBy, type Scope } from '../platform/database/scope.ts';
import { MailRecipient } from './mail-recipient.entity.ts';

@Injectable()
export class MailRecipientsStore {
  async find(session: Session, scope: Scope, id: string): Promise<MailRecipient | null> {
    const recipient = await session.manager.findOneBy(MailRecipient, { id });
    return recipient && covers(scope, recipient.customerId) ? recipient : null;
  }

  page(session: Session, scope: Scope, request: PageRequest): Promise<Page<MailRecipient>> {
    return findPage(session.manager, MailRecipient, ownedBy(scope), request);
  }

  /** Those that may listen to notices of this customer (null: of none), the oldest first. */
  listeningTo(session: Session, customerId: string | null): Promise<MailRecipient[]> {
    const ofAll = { customerId: IsNull() };
    const where = customerId === null ? ofAll : [ofAll, { customerId }];
    return session.manager.find(MailRecipient, { where, order: { id: 'ASC' } });
  }

  async insert(tx: Transaction, recipient: MailRecipient): Promise<void> {
    await insertRows(tx, MailRecipient, recipient);
  }

  /** Its next number. */
  async nextSequence(tx: Transaction, id: string): Promise<number> {
    await tx.manager.increment(MailRecipient, { id }, 'lastSequence', 1);
    return (await tx.manager.findOneByOrFail(MailRecipient, { id })).lastSequence;
  }

  /** @returns false when the row no longer has the version that was read */
  async delete(tx: Transaction, id: string, expectedVersion: number): Promise<boolean> {
    return (await tx.manager.delete(MailRecipient, { id, version: expectedVersion })).affected === 1;
  }
}
