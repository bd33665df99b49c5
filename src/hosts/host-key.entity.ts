import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Instant } from '../core/time.ts';
import { count, id, instant, word } from '../platform/database/columns.ts';

/**
 * The SSH host key that a person vouched for, or that was seen and waits for somebody to do so. One row a host that was
 * registered: the same address under two customers is vouched for twice.
 */
@Entity('host_keys')
export class HostKey {
  @PrimaryColumn(id())
  id!: string;

  @Index()
  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  @Column(word())
  address!: string;

  @Column(count())
  port!: number;

  @Index()
  @Column(word())
  status!: 'unconfirmed' | 'confirmed';

  /** OpenSSH's form; null until the host was first reached. */
  @Column(word({ nullable: true }))
  fingerprint!: string | null;

  @Column(instant({ name: 'seen_at', nullable: true }))
  seenAt!: Instant | null;

  @Column(instant({ name: 'confirmed_at', nullable: true }))
  confirmedAt!: Instant | null;

  @Column(count())
  version!: number;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;
}
