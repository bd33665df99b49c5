import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Instant } from '../core/time.ts';
import { count, id, instant, text } from '../platform/database/columns.ts';

/** A maintenance window, over exactly one of: a cluster, all clusters of a customer, all clusters of an arbiter. */
@Entity('maintenance_windows')
export class MaintenanceWindowRow {
  @PrimaryColumn(id())
  id!: string;

  /** Whose it is: the customer it is over, or the cluster's; null for one over an arbiter, which is the MSP's own. */
  @Index()
  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  @Index()
  @Column(id({ name: 'cluster_id', nullable: true }))
  clusterId!: string | null;

  @Index()
  @Column(id({ name: 'arbiter_id', nullable: true }))
  arbiterId!: string | null;

  @Column(instant({ name: 'from_at' }))
  from!: Instant;

  /** Exclusive; moved to the moment at which somebody ended it early. */
  @Index()
  @Column(instant({ name: 'to_at' }))
  to!: Instant;

  @Column(text())
  reason!: string;

  @Column(count())
  version!: number;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;
}
