import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Instant } from '../core/time.ts';
import { count, id, instant, word } from '../platform/database/columns.ts';

/** The token of the agent on one node: it lets the reports of that node in, and opens nothing else. */
@Entity('agent_tokens')
export class AgentToken {
  @PrimaryColumn(id())
  id!: string;

  /** A node has one agent. */
  @Index({ unique: true })
  @Column(id({ name: 'node_id' }))
  nodeId!: string;

  @Index()
  @Column(id({ name: 'cluster_id' }))
  clusterId!: string;

  @Column(id({ name: 'customer_id' }))
  customerId!: string;

  /** SHA-256 of the whole token, as for other tokens. */
  @Index({ unique: true })
  @Column(word({ name: 'secret_hash' }))
  secretHash!: string;

  /** The highest sequence number that a report was taken with; 0 before the first. */
  @Column(count())
  sequence!: number;

  /** When that report was received, by our own clock. */
  @Column(instant({ name: 'reported_at', nullable: true }))
  reportedAt!: Instant | null;

  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;
}
