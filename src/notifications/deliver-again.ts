import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { TRIED_FOR_MS } from '../core/notifications/retry.ts';
import { plus, type Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { conflict, notFound } from '../platform/http/problem.ts';
import { DeliveriesStore } from './deliveries.store.ts';
import type { Delivery } from './delivery.entity.ts';
import { OutboxBell } from './outbox-bell.ts';

/** What deliveries go to, found within the caller's scope. */
export interface FoundTarget {
  readonly id: string;
  readonly customerId: string | null;
}

@Injectable()
export class DeliverAgain {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveriesStore,
    private readonly audit: AuditStore,
    private readonly bell: OutboxBell,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Sends what has ended once more: the same message under the same `webhook-id`, tried for another 24 hours.
   * @throws a problem: no such delivery, or `delivery_pending`
   */
  async run(caller: Caller, { id: targetId, customerId }: FoundTarget, id: string): Promise<Delivery> {
    return this.database.write(async (tx) => {
      const delivery = await this.deliveries.find(tx, targetId, id);
      if (!delivery) throw notFound('delivery');
      if (delivery.state === 'pending') {
        throw conflict('delivery_pending', 'It is on its way already; nextAttemptAt says when it is tried again.');
      }
      const now = this.clock.now();
      await this.deliveries.restart(tx, delivery, now, plus(now, TRIED_FOR_MS));
      const data = { deliveryId: id, targetId, event: delivery.event };
      await this.audit.record(tx, caller.actor, customerId, { kind: 'delivery.requested-again', data });
      tx.afterCommit(() => this.bell.ring());
      return (await this.deliveries.find(tx, targetId, id)) ?? delivery;
    });
  }
}
