import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Instant } from '../core/time.ts';
import type { SetAside } from '../core/corosync/conf/edit.ts';
import type { Leftovers } from '../core/offboarding/leftovers.ts';
import { count, id, instant, json, word } from '../platform/database/columns.ts';

export type ClusterKind = 'pve' | 'corosync';

/** A customer's Corosync cluster and the instance that votes in it. */
@Entity('clusters')
@Unique(['instanceId', 'foldedName'])
export class Cluster {
  @PrimaryColumn(id())
  id!: string;

  @Index()
  @Column(id({ name: 'customer_id' }))
  customerId!: string;

  @Index()
  @Column(id({ name: 'arbiter_id' }))
  arbiterId!: string;

  @Column(id({ name: 'instance_id' }))
  instanceId!: string;

  /** totem.cluster_name, byte for byte: qnetd knows the cluster by it. */
  @Column(word())
  name!: string;

  /** The name without regard to case: NSS compares it so, hence it is unique so. */
  @Column(word({ name: 'folded_name' }))
  foldedName!: string;

  @Column(word())
  kind!: ClusterKind;

  /** `onboarded`: its nodes have a device, and our certificates. */
  @Column(word())
  state!: 'registered' | 'onboarded';

  /** What the device was given, once onboarded. */
  @Column(json({ nullable: true }))
  device!: { readonly algorithm: 'ffsplit' | 'lms'; readonly votes: number } | null;

  /** What corosync.conf had to give up for the device, to be put back with it gone. */
  @Column(json({ name: 'set_aside', nullable: true }))
  setAside!: SetAside | null;

  /** The job that is changing it, or null: one change of a cluster at a time. */
  @Column(id({ name: 'job_id', nullable: true }))
  jobId!: string | null;

  @Column(count())
  version!: number;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;

  @Column(instant({ name: 'updated_at' }))
  updatedAt!: Instant;
}

/** One node of a cluster, and how we reach it. */
@Entity('nodes')
export class Node {
  @PrimaryColumn(id())
  id!: string;

  @Index()
  @Column(id({ name: 'cluster_id' }))
  clusterId!: string;

  @Column(id({ name: 'customer_id' }))
  customerId!: string;

  /** Its place in the list as registered. */
  @Column(count())
  position!: number;

  @Column(word())
  address!: string;

  @Column(count({ name: 'ssh_port' }))
  sshPort!: number;

  @Column(id({ name: 'credential_id' }))
  credentialId!: string;

  @Column(id({ name: 'host_key_id' }))
  hostKeyId!: string;

  /** Corosync's node id, name and the host's machine id: known since the first look. */
  @Column(count({ name: 'node_id', nullable: true }))
  nodeId!: number | null;

  @Column(word({ nullable: true }))
  name!: string | null;

  @Column(word({ name: 'machine_id', nullable: true }))
  machineId!: string | null;

  /** The packages that an onboarding has installed; null when none. */
  @Column(json({ nullable: true }))
  brought!: readonly string[] | null;

  /** What an offboarding could not take from it yet, or null. */
  @Column(json({ nullable: true }))
  leftovers!: Leftovers | null;
}
