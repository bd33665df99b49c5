import { Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { demandMatch } from '../platform/http/etag.ts';
import { notFound } from '../platform/http/problem.ts';
import { DeliveriesStore } from './deliveries.store.ts';
import { WebhooksStore } from './webhooks.store.ts';

@Injectable()
export class DeleteWebhook {
  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksStore,
    private readonly deliveries: DeliveriesStore,
    private readonly audit: AuditStore,
  ) {}

  /** Forgets a webhook, its secrets and its deliveries. */
  async run(caller: Caller, id: string, ifMatch: string | undefined): Promise<void> {
    await this.database.write(async (tx) => {
      const webhook = await this.webhooks.find(tx, caller.scope, id);
      if (!webhook) throw notFound('webhook');
      demandMatch(ifMatch, webhook.version);
      if (!(await this.webhooks.delete(tx, id, webhook.version))) demandMatch(ifMatch, webhook.version + 1);
      await this.deliveries.deleteOf(tx, id);
      const data = { webhookId: id, name: webhook.name, host: new URL(webhook.url).hostname };
      await this.audit.record(tx, caller.actor, webhook.customerId, { kind: 'webhook.deleted', data });
    });
  }
}
