import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Instant } from '../core/time.ts';
import { count, id, instant, text, word } from '../platform/database/columns.ts';

/** The CA of one qnetd instance, in one generation. Its key never leaves the service. */
@Entity('certificate_authorities')
export class CertificateAuthority {
  @PrimaryColumn(id())
  id!: string;

  @Index()
  @Column(id({ name: 'instance_id' }))
  instanceId!: string;

  @Column(count())
  generation!: number;

  @Column(word())
  subject!: string;

  @Column(text({ name: 'sealed_private_key' }))
  sealedPrivateKey!: string;

  @Column(text())
  pem!: string;

  @Column(word())
  sha256!: string;

  @Column(instant({ name: 'not_before' }))
  notBefore!: Instant;

  @Column(instant({ name: 'not_after' }))
  notAfter!: Instant;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;
}

/**
 * `reserved`: the serial is taken and written down, nothing is signed yet. `issued`: signed. `installed`: it stands in a
 * live NSS database. `discarded`: issued for a change that was undone; it was removed from where it stood. `revoked`: its
 * arbiter refuses it, though it may still be valid.
 */
export type CertificateState = 'reserved' | 'issued' | 'installed' | 'discarded' | 'revoked';

@Entity('certificates')
@Unique(['caId', 'serial'])
export class Certificate {
  @PrimaryColumn(id())
  id!: string;

  @Index()
  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  @Index()
  @Column(id({ name: 'ca_id' }))
  caId!: string;

  @Column(id({ name: 'arbiter_id' }))
  arbiterId!: string;

  @Index()
  @Column(id({ name: 'cluster_id', nullable: true }))
  clusterId!: string | null;

  @Column(id({ name: 'node_id', nullable: true }))
  nodeId!: string | null;

  @Column(word())
  purpose!: 'server' | 'client';

  @Column(word())
  subject!: string;

  @Column(word())
  serial!: string;

  @Column(word())
  state!: CertificateState;

  @Column(text({ nullable: true }))
  pem!: string | null;

  @Column(word({ nullable: true }))
  sha256!: string | null;

  /** SHA-256 of the SubjectPublicKeyInfo. */
  @Column(word({ name: 'key_sha256', nullable: true }))
  keySha256!: string | null;

  @Column(instant({ name: 'not_before', nullable: true }))
  notBefore!: Instant | null;

  @Index()
  @Column(instant({ name: 'not_after', nullable: true }))
  notAfter!: Instant | null;

  /** When its arbiter began to refuse it. */
  @Column(instant({ name: 'revoked_at', nullable: true }))
  revokedAt!: Instant | null;

  /** The job that asked for it. */
  @Column(id({ name: 'job_id' }))
  jobId!: string;

  @Column(count())
  version!: number;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;
}
