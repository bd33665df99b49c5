import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Finding } from '../core/finding.ts';
import type { NoticeEvent } from '../core/notifications/notice.ts';
import type { Instant } from '../core/time.ts';
import { count, id, instant, json, text, word } from '../platform/database/columns.ts';

/** What was to be told, kept for as long as its deliveries are. */
@Entity('notices')
export class NoticeRow {
  /** The `webhook-id` of each message that tells of it. */
  @PrimaryColumn(id())
  id!: string;

  @Column(word())
  event!: NoticeEvent;

  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  @Column(instant({ name: 'occurred_at' }))
  occurredAt!: Instant;

  @Column(json())
  data!: Readonly<Record<string, unknown>>;

  @Column(text())
  subject!: string;

  @Column(text())
  text!: string;

  @Index()
  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;
}

export type Channel = 'webhook' | 'mail';

/** One notice on its way to one webhook or mailbox. */
@Entity('deliveries')
@Index(['targetId', 'id'])
@Index(['noticeId'])
export class Delivery {
  @PrimaryColumn(id())
  id!: string;

  @Column(id({ name: 'notice_id' }))
  noticeId!: string;

  @Column(word())
  channel!: Channel;

  /** The webhook, or the mail recipient. */
  @Column(id({ name: 'target_id' }))
  targetId!: string;

  @Column(word())
  event!: NoticeEvent;

  /** Its number among all that the target was to be told. */
  @Column(count())
  sequence!: number;

  /** `cancelled`: its webhook was disabled before it could be delivered. */
  @Column(word())
  state!: 'pending' | 'delivered' | 'failed' | 'cancelled';

  /** How many attempts began since it was last put down: by the notice, or by a person who wanted it sent again. */
  @Column(count())
  attempts!: number;

  /**
   * When somebody is to take it; null once it has ended. While an attempt is under way it lies in the future and is the end of
   * that one's lease: whoever died with it in hand has it taken over then.
   */
  @Index()
  @Column(instant({ name: 'due_at', nullable: true }))
  dueAt!: Instant | null;

  /** The attempt that is under way, or null. */
  @Column(id({ nullable: true }))
  claim!: string | null;

  /** No attempt is planned for a moment after this. */
  @Column(instant({ name: 'give_up_at' }))
  giveUpAt!: Instant;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;

  @Column(instant({ name: 'ended_at', nullable: true }))
  endedAt!: Instant | null;
}

/** One attempt that came to an end: the log of deliveries. */
@Entity('delivery_attempts')
export class DeliveryAttempt {
  @PrimaryColumn(id())
  id!: string;

  @Index()
  @Column(id({ name: 'delivery_id' }))
  deliveryId!: string;

  @Column(instant())
  at!: Instant;

  @Column(count({ name: 'duration_ms' }))
  durationMs!: number;

  /** The status of HTTP or SMTP; null when there was no answer. */
  @Column(count({ nullable: true }))
  status!: number | null;

  /** How the answer began; empty when there was none. */
  @Column(text())
  answer!: string;

  /** Why it failed; null when it did not. */
  @Column(json({ nullable: true }))
  finding!: Finding | null;
}
