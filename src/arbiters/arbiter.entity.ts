import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Instant } from '../core/time.ts';
import { count, id, instant, word } from '../platform/database/columns.ts';

/** A host that runs corosync-qnetd. It is the MSP's own and serves many customers. */
@Entity('arbiters')
@Unique(['name'])
export class Arbiter {
  @PrimaryColumn(id())
  id!: string;

  @Column(word())
  name!: string;

  /** Where we reach it by SSH and the nodes reach qnetd. */
  @Column(word())
  address!: string;

  @Column(count({ name: 'ssh_port' }))
  sshPort!: number;

  @Column(id({ name: 'credential_id' }))
  credentialId!: string;

  @Column(id({ name: 'host_key_id' }))
  hostKeyId!: string;

  @Column(word())
  isolation!: 'shared' | 'per-customer';

  /** The job that is changing it, or null: while one does, no cluster of it may change. */
  @Column(id({ name: 'job_id', nullable: true }))
  jobId!: string | null;

  @Column(count())
  version!: number;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;
}

/** One corosync-qnetd process on an arbiter, with its own port, NSS database and CA. */
@Entity('qnetd_instances')
export class QnetdInstance {
  @PrimaryColumn(id())
  id!: string;

  @Index()
  @Column(id({ name: 'arbiter_id' }))
  arbiterId!: string;

  @Column(word())
  name!: string;

  @Column(count())
  port!: number;

  /** `prepared`: it answers with a certificate of ours and demands TLS. */
  @Column(word())
  state!: 'unprepared' | 'prepared';

  @Column(id({ name: 'ca_id', nullable: true }))
  caId!: string | null;

  @Column(id({ name: 'server_certificate_id', nullable: true }))
  serverCertificateId!: string | null;
}
