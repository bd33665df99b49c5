import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Instant } from '../core/time.ts';
import type { Actor } from '../core/audit/actor.ts';
import { id, instant, json, word } from '../platform/database/columns.ts';

/** One thing that was done, by whom, to whose thing. Rows are only ever added. */
@Entity('audit_events')
export class AuditEventRow {
  @PrimaryColumn(id())
  id!: string;

  @Index()
  @Column(instant())
  at!: Instant;

  @Column(word())
  kind!: string;

  /** Whose thing it was done to; null for the MSP's own. */
  @Index()
  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  @Column(json())
  actor!: Actor;

  @Column(json())
  data!: Readonly<Record<string, unknown>>;
}
