import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ChosenEvent } from '../core/notifications/notice.ts';
import type { Instant } from '../core/time.ts';
import { count, id, instant, json, word } from '../platform/database/columns.ts';

/** A mailbox that is told of what happens. */
@Entity('mail_recipients')
export class MailRecipient {
  @PrimaryColumn(id())
  id!: string;

  @Column(word())
  address!: string;

  /** The customer whose notices it gets; null: it gets all. */
  @Index()
  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  /** The events it gets; null: all of them. */
  @Column(json({ nullable: true }))
  events!: readonly ChosenEvent[] | null;

  /** How many notices were put down for it so far. */
  @Column(count({ name: 'last_sequence' }))
  lastSequence!: number;

  @Column(count())
  version!: number;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;
}
