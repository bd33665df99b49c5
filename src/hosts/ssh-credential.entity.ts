import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Instant } from '../core/time.ts';
import { count, id, instant, text, word } from '../platform/database/columns.ts';

/** A login on hosts: the user and its private key, which stays sealed. */
@Entity('ssh_credentials')
export class SshCredential {
  @PrimaryColumn(id())
  id!: string;

  @Column(word())
  name!: string;

  /** The customer on whose nodes it logs in; null for the MSP's own, such as the arbiter's. */
  @Index()
  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  @Column(word({ name: 'login_user' }))
  user!: string;

  @Column(text({ name: 'sealed_private_key' }))
  sealedPrivateKey!: string;

  /** As it stands in an authorized_keys file. */
  @Column(text({ name: 'public_key' }))
  publicKey!: string;

  @Column(word())
  fingerprint!: string;

  @Column(count())
  version!: number;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;
}
