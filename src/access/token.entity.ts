import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Instant } from '../core/time.ts';
import type { TokenScope } from '../platform/http/caller.ts';
import { count, id, instant, json, word } from '../platform/database/columns.ts';

/** A bearer token: only the hash of its secret stands here. */
@Entity('tokens')
export class Token {
  @PrimaryColumn(id())
  id!: string;

  @Column(word())
  name!: string;

  /** SHA-256 of the whole token, hexadecimal. The token has 256 random bits, so no slow hash is needed. */
  @Index({ unique: true })
  @Column(word({ name: 'secret_hash' }))
  secretHash!: string;

  @Column(json())
  scopes!: readonly TokenScope[];

  /** The one customer whose things it sees, or null for all. */
  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  /** `issued` over the API, or `boot`: the first admin token, given by the environment or made at first boot. */
  @Column(word())
  origin!: 'issued' | 'boot';

  @Column(instant({ name: 'expires_at', nullable: true }))
  expiresAt!: Instant | null;

  @Column(instant({ name: 'last_used_at', nullable: true }))
  lastUsedAt!: Instant | null;

  @Column(count())
  version!: number;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;
}
