import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Instant } from '../core/time.ts';
import type { Finding } from '../core/finding.ts';
import { id, instant, json, text, word } from '../platform/database/columns.ts';

/** What one source said at one moment, as raw text: it can be read again when the parser has learned more. */
@Entity('readings')
export class Reading {
  @PrimaryColumn(id())
  id!: string;

  /** The arbiter's view covers all clusters of an instance, a node's view is of its own cluster. */
  @Column(word())
  source!: 'arbiter' | 'node';

  @Index()
  @Column(id({ name: 'instance_id', nullable: true }))
  instanceId!: string | null;

  @Index()
  @Column(id({ name: 'cluster_id', nullable: true }))
  clusterId!: string | null;

  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  @Column(id({ name: 'node_id', nullable: true }))
  nodeId!: string | null;

  @Index()
  @Column(instant())
  at!: Instant;

  /** JSON: each tool's exit code and output, or the finding that says why there is none. */
  @Column(text())
  raw!: string;
}

/** The vote state of each cluster as it stands. */
@Entity('vote_states')
export class VoteStateRow {
  @PrimaryColumn(id({ name: 'cluster_id' }))
  clusterId!: string;

  @Column(id({ name: 'customer_id' }))
  customerId!: string;

  @Column(word())
  state!: string;

  @Column(instant())
  since!: Instant;
}

/** A change of a cluster's vote state, with the reasons for it. */
@Entity('vote_transitions')
export class VoteTransition {
  @PrimaryColumn(id())
  id!: string;

  @Index()
  @Column(id({ name: 'cluster_id' }))
  clusterId!: string;

  @Column(id({ name: 'customer_id' }))
  customerId!: string;

  @Index()
  @Column(instant())
  at!: Instant;

  @Column(word({ name: 'from_state', nullable: true }))
  from!: string | null;

  @Column(word({ name: 'to_state' }))
  to!: string;

  @Column(json())
  findings!: readonly Finding[];
}
