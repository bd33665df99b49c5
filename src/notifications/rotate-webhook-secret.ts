import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomWebhookSecret } from '../platform/crypto/random.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { conflict, notFound } from '../platform/http/problem.ts';
import type { WebhookWithSecret } from './create-webhook.ts';
import { WebhookSecrets } from './webhook-secrets.ts';
import { WebhooksStore } from './webhooks.store.ts';

@Injectable()
export class RotateWebhookSecret {
  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksStore,
    private readonly secrets: WebhookSecrets,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Gives a webhook a new secret. The one that signed so far signs as well for so many hours; one that was already on its way out
   * ends now.
   */
  async run(caller: Caller, id: string, overlapHours: number): Promise<WebhookWithSecret> {
    const secret = randomWebhookSecret();
    const webhook = await this.database.write(async (tx) => {
      const before = await this.webhooks.find(tx, caller.scope, id);
      if (!before) throw notFound('webhook');
      const columns = this.secrets.replaced(before, secret, overlapHours);
      if (!columns.ok) throw conflict('webhook_secret_unreadable', UNREADABLE, columns.findings);
      const after = { ...before, ...columns.value, version: before.version + 1, updatedAt: this.clock.now() };
      if (!(await this.webhooks.update(tx, after, before.version))) throw conflict('changed_meanwhile', CHANGED);
      const data = { webhookId: id, name: before.name, host: new URL(before.url).hostname };
      await this.audit.record(tx, caller.actor, before.customerId, { kind: 'webhook.secret-rotated', data });
      return after;
    });
    return { webhook, secret };
  }
}

const UNREADABLE =
  'The secret that stands cannot be opened, so it cannot go on beside a new one: ask with overlapHours 0.';
const CHANGED = 'Somebody else changed it at the same moment: ask again.';
