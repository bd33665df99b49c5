import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Actor } from '../core/audit/actor.ts';
import type { Instant } from '../core/time.ts';
import { count, flag, instant, json, text, word } from '../platform/database/columns.ts';

/**
 * The switch that stops all work on hosts, on every instance that shares the database. There is one row; it is there
 * from the first, and its version grows with each turn of the switch.
 */
@Entity('freezes')
export class Freeze {
  @PrimaryColumn(word())
  name!: string;

  @Column(flag())
  frozen!: boolean;

  /** Why, in the words of whoever froze it; null while it is not frozen. */
  @Column(text({ nullable: true }))
  reason!: string | null;

  @Column(instant({ nullable: true }))
  since!: Instant | null;

  @Column(json({ name: 'set_by', nullable: true }))
  by!: Actor | null;

  @Column(count())
  version!: number;
}
