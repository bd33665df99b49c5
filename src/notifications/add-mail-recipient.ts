import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Clock } from '../core/time.ts';
import { CustomersStore } from '../customers/customers.store.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { Database } from '../platform/database/database.ts';
import { ownerFor, type Caller } from '../platform/http/caller.ts';
import { conflict, notFound } from '../platform/http/problem.ts';
import { Mailer } from '../platform/mail/mailer.ts';
import type { MailRecipient } from './mail-recipient.entity.ts';
import type { NewMailRecipient } from './mail-recipients.schema.ts';
import { MailRecipientsStore } from './mail-recipients.store.ts';

@Injectable()
export class AddMailRecipient {
  constructor(
    private readonly database: Database,
    private readonly recipients: MailRecipientsStore,
    private readonly customers: CustomersStore,
    private readonly mailer: Mailer,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws a problem: `mail_not_configured`, or no such customer within the caller's scope */
  async run(caller: Caller, { address, events, customerId: asked }: NewMailRecipient): Promise<MailRecipient> {
    const customerId = ownerFor(caller, asked);
    if (!this.mailer.isConfigured) {
      throw conflict('mail_not_configured', 'No mail server is configured: set UMPIRE_SMTP_URL and UMPIRE_MAIL_FROM.');
    }
    const recipient: MailRecipient = {
      ...{ id: randomUUIDv7(), address, customerId, events: events ?? null },
      ...{ lastSequence: 0, version: 1, createdAt: this.clock.now() },
    };
    await this.database.write(async (tx) => {
      if (customerId !== null && !(await this.customers.find(tx, caller.scope, customerId))) throw notFound('customer');
      await this.recipients.insert(tx, recipient);
      const data = { recipientId: recipient.id, address };
      await this.audit.record(tx, caller.actor, customerId, { kind: 'mail-recipient.created', data });
    });
    return recipient;
  }
}
