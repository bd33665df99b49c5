import { Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { demandMatch } from '../platform/http/etag.ts';
import { notFound } from '../platform/http/problem.ts';
import { DeliveriesStore } from './deliveries.store.ts';
import { MailRecipientsStore } from './mail-recipients.store.ts';

@Injectable()
export class RemoveMailRecipient {
  constructor(
    private readonly database: Database,
    private readonly recipients: MailRecipientsStore,
    private readonly deliveries: DeliveriesStore,
    private readonly audit: AuditStore,
  ) {}

  /** Forgets a mailbox and its deliveries. */
  async run(caller: Caller, id: string, ifMatch: string | undefined): Promise<void> {
    await this.database.write(async (tx) => {
      const recipient = await this.recipients.find(tx, caller.scope, id);
      if (!recipient) throw notFound('mail recipient');
      demandMatch(ifMatch, recipient.version);
      if (!(await this.recipients.delete(tx, id, recipient.version))) throw notFound('mail recipient');
      await this.deliveries.deleteOf(tx, id);
      const data = { recipientId: id, address: recipient.address };
      await this.audit.record(tx, caller.actor, recipient.customerId, { kind: 'mail-recipient.deleted', data });
    });
  }
}
