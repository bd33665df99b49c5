import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import { DeliveriesStore } from './deliveries.store.ts';
import type { Delivery } from './delivery.entity.ts';
import { SendToMailbox } from './send-to-mailbox.ts';
import { SendToWebhook } from './send-to-webhook.ts';
import { SettleDelivery } from './settle-delivery.ts';

/** One attempt at one delivery that was claimed: gather, send, write down. */
@Injectable()
export class AttemptDelivery {
  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveriesStore,
    private readonly webhook: SendToWebhook,
    private readonly mailbox: SendToMailbox,
    private readonly settle: SettleDelivery,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(delivery: Delivery, signal: AbortSignal): Promise<void> {
    const begunAt = this.clock.now();
    const notice = await this.deliveries.findNotice(this.database.read, delivery.noticeId);
    const channel = delivery.channel === 'webhook' ? this.webhook : this.mailbox;
    const outcome = notice && (await channel.run(delivery, notice, signal));
    if (outcome === null) return this.settle.drop(delivery);
    const isBrokenOff = signal.aborted && outcome.status === null;
    return isBrokenOff ? this.settle.release(delivery) : this.settle.run(delivery, begunAt, outcome);
  }
}
