import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Instant } from '../core/time.ts';
import { id, instant, word } from '../platform/database/columns.ts';

/** Which installation of the service this is: one row, and all processes that share the database share it. */
@Entity('installation')
export class InstallationRow {
  /** Always the same word, so that there can be no second row. */
  @PrimaryColumn(word())
  key!: 'this';

  @Column(id())
  id!: string;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;
}
