import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Clock } from '../core/time.ts';
import { CustomersStore } from '../customers/customers.store.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7, randomWebhookSecret } from '../platform/crypto/random.ts';
import type { Secret } from '../platform/crypto/secret.ts';
import { Database } from '../platform/database/database.ts';
import { ownerFor, type Caller } from '../platform/http/caller.ts';
import { notFound } from '../platform/http/problem.ts';
import { CheckWebhookUrl } from './check-webhook-url.ts';
import type { Webhook } from './webhook.entity.ts';
import { WebhookSecrets } from './webhook-secrets.ts';
import type { NewWebhook } from './webhooks.schema.ts';
import { WebhooksStore } from './webhooks.store.ts';

export interface WebhookWithSecret {
  readonly webhook: Webhook;
  /** Told to whoever asked, once. */
  readonly secret: Secret;
}

@Injectable()
export class CreateWebhook {
  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksStore,
    private readonly customers: CustomersStore,
    private readonly check: CheckWebhookUrl,
    private readonly secrets: WebhookSecrets,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws a problem: the URL cannot be used (`CheckWebhookUrl`), or no such customer within the caller's scope */
  async run(caller: Caller, asked: NewWebhook): Promise<WebhookWithSecret> {
    const customerId = ownerFor(caller, asked.customerId);
    const { href, host, mayBeInside } = await this.check.run(caller, asked.url);
    const id = randomUUIDv7();
    const secret = randomWebhookSecret();
    const now = this.clock.now();
    const webhook: Webhook = {
      ...{ id, name: asked.name, customerId, url: href, events: asked.events ?? null, mayBeInside },
      ...{ state: 'active', disabledBy: null, ...this.secrets.first(id, secret) },
      ...{ lastSequence: 0, version: 1, createdAt: now, updatedAt: now },
    };
    await this.database.write(async (tx) => {
      if (customerId !== null && !(await this.customers.find(tx, caller.scope, customerId))) throw notFound('customer');
      await this.webhooks.insert(tx, webhook);
      const data = { webhookId: id, name: asked.name, host };
      await this.audit.record(tx, caller.actor, customerId, { kind: 'webhook.created', data });
    });
    return { webhook, secret };
  }
}
