import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Notice } from '../core/notifications/notice.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { notFound } from '../platform/http/problem.ts';
import type { Delivery } from './delivery.entity.ts';
import { EnqueueNotice } from './enqueue-notice.ts';
import { MailRecipientsStore } from './mail-recipients.store.ts';
import { WebhooksStore } from './webhooks.store.ts';

/** Sends a test to one target by the way that every notice takes; also to a webhook that is disabled, to see whether it is back. */
@Injectable()
export class RequestTest {
  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksStore,
    private readonly recipients: MailRecipientsStore,
    private readonly enqueue: EnqueueNotice,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async ofWebhook(caller: Caller, id: string): Promise<Delivery> {
    return this.database.write(async (tx) => {
      const webhook = await this.webhooks.find(tx, caller.scope, id);
      if (!webhook) throw notFound('webhook');
      const { customerId, name, url } = webhook;
      const data = { webhookId: id, name, host: new URL(url).hostname };
      await this.audit.record(tx, caller.actor, customerId, { kind: 'webhook.test-requested', data });
      return this.enqueue.to(tx, this.notice(customerId), { channel: 'webhook', id });
    });
  }

  async ofRecipient(caller: Caller, id: string): Promise<Delivery> {
    return this.database.write(async (tx) => {
      const recipient = await this.recipients.find(tx, caller.scope, id);
      if (!recipient) throw notFound('mail recipient');
      const { customerId, address } = recipient;
      const data = { recipientId: id, address };
      await this.audit.record(tx, caller.actor, customerId, { kind: 'mail-recipient.test-requested', data });
      return this.enqueue.to(tx, this.notice(customerId), { channel: 'mail', id });
    });
  }

  private notice(customerId: string | null): Notice {
    return {
      event: 'test',
      customerId,
      occurredAt: this.clock.now(),
      data: { message: TEXT },
      subject: SUBJECT,
      text: TEXT,
    };
  }
}

const SUBJECT = 'Umpire: a test';
const TEXT = 'This is a test of Umpire’s notifications. Nothing has happened.';
