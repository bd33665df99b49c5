import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { THE_SERVICE } from '../core/audit/actor.ts';
import type { Finding } from '../core/finding.ts';
import { nextAttemptAt } from '../core/notifications/retry.ts';
import type { Clock, Instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomFraction, randomUUIDv7 } from '../platform/crypto/random.ts';
import { Database, type Transaction } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import { DeliveriesStore } from './deliveries.store.ts';
import { DeliveryMetrics } from './delivery-metrics.ts';
import type { Delivery } from './delivery.entity.ts';
import { WebhooksStore } from './webhooks.store.ts';

/** Writes down what came of an attempt, and what follows from it. */
@Injectable()
export class SettleDelivery {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveriesStore,
    private readonly webhooks: WebhooksStore,
    private readonly audit: AuditStore,
    private readonly metrics: DeliveryMetrics,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @param begunAt when the attempt began */
  async run(delivery: Delivery, begunAt: Instant, outcome: AttemptOutcome): Promise<void> {
    const now = this.clock.now();
    const next = outcome.finding === null ? null : this.nextAttempt(delivery, now, outcome);
    const state = outcome.finding === null ? 'delivered' : next === null ? 'failed' : 'pending';
    const { channel, targetId } = delivery;
    await this.database.write(async (tx) => {
      const endedAt = next === null ? now : null;
      if (!(await this.deliveries.settle(tx, delivery, { state, dueAt: next, endedAt }))) return;
      await this.record(tx, delivery, begunAt, outcome);
      tx.afterCommit(() => {
        this.metrics.attempted(channel, outcome.finding === null ? 'delivered' : 'failed');
        if (state !== 'pending') this.metrics.endedAs(channel, state);
      });
      if (outcome.again === 'gone' && outcome.finding) await this.disable(tx, targetId, outcome.finding);
    });
  }

  /** Gives one back whose attempt was broken off by a shutdown: it does not count. */
  async release(delivery: Delivery): Promise<void> {
    const change = { dueAt: this.clock.now(), attempts: delivery.attempts - 1 };
    await this.database.write((tx) => this.deliveries.settle(tx, delivery, change));
  }

  /** Ends one whose target is no longer there. */
  async drop(delivery: Delivery): Promise<void> {
    const change = { state: 'cancelled', dueAt: null, endedAt: this.clock.now() } as const;
    await this.database.write((tx) => this.deliveries.settle(tx, delivery, change));
  }

  private nextAttempt({ attempts, giveUpAt }: Delivery, now: Instant, outcome: AttemptOutcome): Instant | null {
    if (outcome.again !== 'later') return null;
    return nextAttemptAt({ attempts, now, giveUpAt, retryAfterMs: outcome.retryAfterMs, chance: randomFraction() });
  }

  private record(tx: Transaction, { id: deliveryId }: Delivery, at: Instant, outcome: AttemptOutcome): Promise<void> {
    const { status, answer, finding } = outcome;
    const durationMs = this.clock.now() - at;
    // PostgreSQL keeps no NUL in a text, and an answer may hold anything.
    const kept = answer.replaceAll('\0', '\ufffd');
    return this.deliveries.recordAttempt(tx, {
      id: randomUUIDv7(),
      deliveryId,
      at,
      durationMs,
      status,
      answer: kept,
      finding,
    });
  }

  private async disable(tx: Transaction, webhookId: string, finding: Finding): Promise<void> {
    const webhook = await this.webhooks.find(tx, EVERYTHING, webhookId);
    if (!webhook) return;
    const updatedAt = this.clock.now();
    if (!(await this.webhooks.disable(tx, { ...webhook, disabledBy: finding, updatedAt }))) return;
    await this.deliveries.cancelPending(tx, webhookId, updatedAt);
    const data = { webhookId, name: webhook.name, finding: finding.code };
    await this.audit.record(tx, THE_SERVICE, webhook.customerId, { kind: 'webhook.disabled', data });
  }
}
