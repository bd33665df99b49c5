import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Instant } from '../core/time.ts';
import type { Finding } from '../core/finding.ts';
import type { InstanceCondition } from '../core/quorum/instance-state.ts';
import type { Presence } from '../core/quorum/presence.ts';
import type { ArbiterVote, State } from '../core/quorum/vote-state.ts';
import { count, id, instant, json, text, word } from '../platform/database/columns.ts';

/**
 * What one source said, as raw text: it can be read again when the parser has learned more. One row stands for all looks in a row
 * that meant the same; only the moments that tools print may differ between them.
 */
@Entity('readings')
@Index(['instanceId', 'at'])
@Index(['nodeId', 'at'])
export class Reading {
  @PrimaryColumn(id())
  id!: string;

  /**
   * The arbiter's view covers all clusters of an instance, a node's view is of its own cluster; `push`: the node's view as
   * its agent brought it.
   */
  @Column(word())
  source!: 'arbiter' | 'node' | 'push';

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

  /** When it was first said. */
  @Index()
  @Column(instant())
  at!: Instant;

  /** When it was last said. */
  @Column(instant({ name: 'last_at', default: 0 }))
  lastAt!: Instant;

  /** How often it was said from `at` to `lastAt`. */
  @Column(count({ default: 1 }))
  looks!: number;

  /** What it means, so that the next look can be told to say the same; empty in rows from before this was kept. */
  @Column(word({ default: '' }))
  digest!: string;

  /** JSON: each tool's exit code and output, or the finding that says why there is none. */
  @Column(text())
  raw!: string;
}

/** The vote state of each cluster as it was last judged. */
@Entity('vote_states')
export class VoteStateRow {
  @PrimaryColumn(id({ name: 'cluster_id' }))
  clusterId!: string;

  @Index()
  @Column(id({ name: 'customer_id' }))
  customerId!: string;

  @Index()
  @Column(word())
  state!: State;

  /** Since when it is this state. */
  @Column(instant())
  since!: Instant;

  @Column(word({ default: 'unknown' }))
  presence!: Presence;

  /** Why it is this state, the most telling first. */
  @Column(json({ default: '[]' }))
  findings!: readonly Finding[];

  /** What qnetd last sent, in the words of the API; null before the first judgement that filled it. */
  @Column(word({ name: 'arbiter_vote', nullable: true }))
  arbiterVote!: ArbiterVote | null;

  /** How many more nodes may be lost from now on, while the arbiter is there and without it; null where nobody knows. */
  @Column(count({ name: 'losses_with_arbiter', nullable: true }))
  lossesWithArbiter!: number | null;

  @Column(count({ name: 'losses_without_arbiter', nullable: true }))
  lossesWithoutArbiter!: number | null;

  @Column(instant({ name: 'judged_at', default: 0 }))
  judgedAt!: Instant;

  /** When the first of the views it rests on stops counting: it is judged anew then. Null when no view counts already. */
  @Index()
  @Column(instant({ name: 'fresh_until', nullable: true }))
  freshUntil!: Instant | null;

  /** When its alerts are to be drawn anew: at once after a change, else when time alone can change one; null for never. */
  @Index()
  @Column(instant({ name: 'evaluate_at', nullable: true }))
  evaluateAt!: Instant | null;
}

export type { InstanceCondition };

/** How each prepared qnetd instance was at the last look. */
@Entity('instance_states')
export class InstanceStateRow {
  @PrimaryColumn(id({ name: 'instance_id' }))
  instanceId!: string;

  @Index()
  @Column(id({ name: 'arbiter_id' }))
  arbiterId!: string;

  @Column(word())
  state!: InstanceCondition;

  @Column(instant())
  since!: Instant;

  @Column(json())
  findings!: readonly Finding[];

  /** Clients that qnetd listed; null when it could not be asked. */
  @Column(count({ nullable: true }))
  clients!: number | null;

  @Column(instant({ name: 'judged_at' }))
  judgedAt!: Instant;

  /** As for a cluster's state. */
  @Index()
  @Column(instant({ name: 'evaluate_at', nullable: true }))
  evaluateAt!: Instant | null;
}

/** A change of a cluster's vote state or of the vote's presence, with the reasons for it. */
@Entity('vote_transitions')
@Index(['clusterId', 'at'])
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
  from!: State | null;

  @Column(word({ name: 'to_state' }))
  to!: State;

  /** The vote's presence from then on. */
  @Column(word({ default: 'unknown' }))
  presence!: Presence;

  @Column(json())
  findings!: readonly Finding[];
}
