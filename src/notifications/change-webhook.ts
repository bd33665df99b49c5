import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database, type Transaction } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { demandMatch } from '../platform/http/etag.ts';
import { notFound } from '../platform/http/problem.ts';
import { CheckWebhookUrl, type CheckedUrl } from './check-webhook-url.ts';
import { DeliveriesStore } from './deliveries.store.ts';
import type { Webhook } from './webhook.entity.ts';
import type { WebhookChange } from './webhooks.schema.ts';
import { WebhooksStore } from './webhooks.store.ts';

@Injectable()
export class ChangeWebhook {
  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksStore,
    private readonly deliveries: DeliveriesStore,
    private readonly check: CheckWebhookUrl,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Changes a webhook; disabling it cancels what was on its way.
   * @throws a problem: it is not there, has changed since it was read, or the new URL cannot be used
   */
  async run(caller: Caller, id: string, ifMatch: string | undefined, change: WebhookChange): Promise<Webhook> {
    // Looking a name up waits for a network, which a unit of work must not; a foreign id learns nothing by it.
    if (!(await this.webhooks.find(this.database.read, caller.scope, id))) throw notFound('webhook');
    const url = change.url === undefined ? null : await this.check.run(caller, change.url);
    return this.database.write(async (tx) => {
      const before = await this.webhooks.find(tx, caller.scope, id);
      if (!before) throw notFound('webhook');
      demandMatch(ifMatch, before.version);
      const after = this.changed(before, change, url);
      if (!(await this.webhooks.update(tx, after, before.version))) demandMatch(ifMatch, before.version + 1);
      await this.follow(tx, before, after);
      const data = { webhookId: id, name: after.name, host: new URL(after.url).hostname };
      await this.audit.record(tx, caller.actor, before.customerId, { kind: 'webhook.changed', data });
      return after;
    });
  }

  private changed(before: Webhook, change: WebhookChange, url: CheckedUrl | null): Webhook {
    const { name = before.name, events = before.events, state = before.state } = change;
    return {
      ...before,
      ...{ name, events, state },
      ...(url === null ? {} : { url: url.href, mayBeInside: url.mayBeInside }),
      disabledBy: change.state === undefined ? before.disabledBy : null,
      version: before.version + 1,
      updatedAt: this.clock.now(),
    };
  }

  private async follow(tx: Transaction, before: Webhook, after: Webhook): Promise<void> {
    if (before.state === 'active' && after.state === 'disabled') {
      await this.deliveries.cancelPending(tx, after.id, after.updatedAt);
    }
  }
}
