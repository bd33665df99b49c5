import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.ts';
import type { Page, PageRequest } from '../platform/database/page.ts';
import { notFound } from '../platform/http/problem.ts';
import { DeliveriesStore } from './deliveries.store.ts';
import type { Delivery, DeliveryAttempt } from './delivery.entity.ts';
import type { FoundTarget } from './deliver-again.ts';

export type DeliveryWithLog = Delivery & { readonly log: readonly DeliveryAttempt[] };

/** Reads deliveries with the log of their attempts. */
@Injectable()
export class ReadDeliveries {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveriesStore,
  ) {}

  async page(
    { id }: FoundTarget,
    state: Delivery['state'] | undefined,
    request: PageRequest,
  ): Promise<Page<DeliveryWithLog>> {
    const page = await this.deliveries.page(this.database.read, id, state, request);
    return { items: await this.withLogs(page.items), next: page.next };
  }

  /** @throws a problem when there is no such delivery to this target */
  async one({ id: targetId }: FoundTarget, id: string): Promise<DeliveryWithLog> {
    const delivery = await this.deliveries.find(this.database.read, targetId, id);
    const [found] = delivery ? await this.withLogs([delivery]) : [];
    if (!found) throw notFound('delivery');
    return found;
  }

  private async withLogs(deliveries: readonly Delivery[]): Promise<DeliveryWithLog[]> {
    const ids = deliveries.map(({ id }) => id);
    const byDelivery = Map.groupBy(
      await this.deliveries.attemptsOf(this.database.read, ids),
      ({ deliveryId }) => deliveryId,
    );
    return deliveries.map((delivery) => ({ ...delivery, log: byDelivery.get(delivery.id) ?? [] }));
  }
}
