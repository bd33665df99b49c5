import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.ts';
import { Metrics } from '../platform/metrics/metrics.ts';
import { DeliveriesStore } from './deliveries.store.ts';
import type { Channel, Delivery } from './delivery.entity.ts';

/** The figures of deliveries. */
@Injectable()
export class DeliveryMetrics {
  private readonly attempts;
  private readonly ended;

  constructor(metrics: Metrics, database: Database, deliveries: DeliveriesStore) {
    this.attempts = metrics.counter({
      name: 'umpire_delivery_attempts_total',
      help: 'Attempts to deliver a notice, by what came of them.',
      labelNames: ['channel', 'outcome'],
    });
    this.ended = metrics.counter({
      name: 'umpire_deliveries_ended_total',
      help: 'Deliveries that came to their end: delivered, or failed for good.',
      labelNames: ['channel', 'state'],
    });
    metrics.gauge({
      name: 'umpire_deliveries_pending',
      help: 'Deliveries that wait for their next attempt.',
      async collect() {
        // A database that is away takes one figure from the others, not all of them.
        const pending = await deliveries.countPending(database.read).catch(() => Number.NaN);
        this.set(pending);
      },
    });
  }

  attempted(channel: Channel, outcome: 'delivered' | 'failed'): void {
    this.attempts.inc({ channel, outcome });
  }

  endedAs(channel: Channel, state: Delivery['state']): void {
    this.ended.inc({ channel, state });
  }
}
