import { Inject, Injectable } from '@nestjs/common';
import { isFor, type Notice } from '../core/notifications/notice.ts';
import { TRIED_FOR_MS } from '../core/notifications/retry.ts';
import { plus, type Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import type { Transaction } from '../platform/database/database.ts';
import { DeliveriesStore } from './deliveries.store.ts';
import type { Channel, Delivery } from './delivery.entity.ts';
import { MailRecipientsStore } from './mail-recipients.store.ts';
import { OutboxBell } from './outbox-bell.ts';
import { WebhooksStore } from './webhooks.store.ts';

/** Who is to be told, and by which way. */
export interface Target {
  readonly channel: Channel;
  readonly id: string;
}

/**
 * Puts down what is to be told, in the transaction of what it tells of: either both stand or neither does. Nothing is sent here.
 * @example await this.enqueueNotice.run(tx, { event: 'alert.opened', customerId, occurredAt, data, subject, text });
 */
@Injectable()
export class EnqueueNotice {
  constructor(
    private readonly webhooks: WebhooksStore,
    private readonly recipients: MailRecipientsStore,
    private readonly deliveries: DeliveriesStore,
    private readonly bell: OutboxBell,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** For everybody who listens; nothing is kept where nobody does. */
  async run(tx: Transaction, notice: Notice): Promise<void> {
    const webhooks = await this.webhooks.listeningTo(tx, notice.customerId);
    const recipients = await this.recipients.listeningTo(tx, notice.customerId);
    const targets: Target[] = [
      ...webhooks.filter((one) => isFor(notice, one)).map(({ id }) => ({ channel: 'webhook' as const, id })),
      ...recipients.filter((one) => isFor(notice, one)).map(({ id }) => ({ channel: 'mail' as const, id })),
    ];
    await this.put(tx, notice, targets);
  }

  /** For one target, whatever it listens to. */
  async to(tx: Transaction, notice: Notice, target: Target): Promise<Delivery> {
    const [delivery] = await this.put(tx, notice, [target]);
    if (!delivery) throw new Error('a delivery was to be put down and was not');
    return delivery;
  }

  /** Targets in one order always, for each is locked by its count until the transaction ends (PostgreSQL). */
  private async put(tx: Transaction, notice: Notice, targets: readonly Target[]): Promise<readonly Delivery[]> {
    if (targets.length === 0) return [];
    const now = this.clock.now();
    const { event, customerId, occurredAt, data } = notice;
    const noticeId = randomUUIDv7();
    await this.deliveries.insertNotice(tx, {
      ...{ id: noticeId, event, customerId, occurredAt, data, createdAt: now },
      ...{ subject: storable(notice.subject), text: storable(notice.text) },
    });
    const made: Delivery[] = [];
    for (const { channel, id: targetId } of targets) {
      const sequence = await this.nextSequence(tx, channel, targetId);
      made.push({
        ...{ id: randomUUIDv7(), noticeId, channel, targetId, event, sequence, state: 'pending', attempts: 0 },
        ...{ dueAt: now, claim: null, giveUpAt: plus(now, TRIED_FOR_MS), createdAt: now, endedAt: null },
      });
    }
    await this.deliveries.insert(tx, ...made);
    tx.afterCommit(() => this.bell.ring());
    return made;
  }

  private nextSequence(tx: Transaction, channel: Channel, id: string): Promise<number> {
    return channel === 'webhook' ? this.webhooks.nextSequence(tx, id) : this.recipients.nextSequence(tx, id);
  }
}

/** PostgreSQL keeps no NUL in a text, and must not refuse an alert for one that a host has printed. */
const storable = (text: string): string => text.replaceAll('\0', '\ufffd');
