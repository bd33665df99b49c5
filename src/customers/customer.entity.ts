import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Instant } from '../core/time.ts';
import { count, id, instant, word } from '../platform/database/columns.ts';

@Entity('customers')
export class Customer {
  @PrimaryColumn(id())
  id!: string;

  @Column(word())
  name!: string;

  @Column(count())
  version!: number;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;

  @Column(instant({ name: 'updated_at' }))
  updatedAt!: Instant;
}

/** What another system (a ticket system, an inventory) calls this customer. */
@Entity('customer_refs')
@Unique(['system', 'ref'])
export class CustomerRef {
  @PrimaryColumn(id())
  id!: string;

  @Index()
  @Column(id({ name: 'customer_id' }))
  customerId!: string;

  @Column(word())
  system!: string;

  @Column(word())
  ref!: string;
}
