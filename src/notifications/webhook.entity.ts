import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Finding } from '../core/finding.ts';
import type { ChosenEvent } from '../core/notifications/notice.ts';
import type { Instant } from '../core/time.ts';
import { count, flag, id, instant, json, text, word } from '../platform/database/columns.ts';

/** An address on the web that is told of what happens. */
@Entity('webhooks')
export class Webhook {
  @PrimaryColumn(id())
  id!: string;

  @Column(word())
  name!: string;

  /** The customer whose notices it gets; null: it gets all. */
  @Index()
  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  @Column(text())
  url!: string;

  /** The events it gets; null: all of them, also those that are yet to come. */
  @Column(json({ nullable: true }))
  events!: readonly ChosenEvent[] | null;

  /** `disabled`: nothing more is sent there until somebody says so. */
  @Column(word())
  state!: 'active' | 'disabled';

  /** Why the service disabled it by itself; null when a person did, and while it is active. */
  @Column(json({ name: 'disabled_by', nullable: true }))
  disabledBy!: Finding | null;

  /** Whether it may go to the ranges of `UMPIRE_WEBHOOK_ALLOW`: only where nobody bound to one customer has set the URL. */
  @Column(flag({ name: 'may_be_inside' }))
  mayBeInside!: boolean;

  @Column(text({ name: 'sealed_secret' }))
  sealedSecret!: string;

  /** The secret before, which signs as well until `oldSecretUntil`. */
  @Column(text({ name: 'sealed_old_secret', nullable: true }))
  sealedOldSecret!: string | null;

  @Column(instant({ name: 'old_secret_until', nullable: true }))
  oldSecretUntil!: Instant | null;

  /** How many notices were put down for it so far. */
  @Column(count({ name: 'last_sequence' }))
  lastSequence!: number;

  @Column(count())
  version!: number;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;

  @Column(instant({ name: 'updated_at' }))
  updatedAt!: Instant;
}
