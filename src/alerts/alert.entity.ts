import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Resolution } from '../core/alerts/judge.ts';
import type { Ticket } from '../core/alerts/notice.ts';
import type { AlertRuleName, AlertSeverity, SubjectKind } from '../core/alerts/rule.ts';
import type { Finding } from '../core/finding.ts';
import type { Instant } from '../core/time.ts';
import { count, flag, id, instant, json, text, word } from '../platform/database/columns.ts';

/** Something that a person is to know of, from when it was opened until it is resolved, and as history afterwards. */
@Entity('alerts')
export class Alert {
  @PrimaryColumn(id())
  id!: string;

  /** The rule and the subject: the same for each alert about the same. */
  @Index()
  @Column(word({ name: 'dedup_key' }))
  dedupKey!: string;

  /** The dedupKey while it is open, null afterwards: the index lets nobody open it twice. */
  @Index({ unique: true })
  @Column(word({ name: 'open_key', nullable: true }))
  openKey!: string | null;

  @Column(word())
  rule!: AlertRuleName;

  @Column(word())
  severity!: AlertSeverity;

  @Column(word())
  state!: 'open' | 'resolved';

  @Column(word({ name: 'subject_kind' }))
  subjectKind!: SubjectKind;

  @Column(id({ name: 'subject_id' }))
  subjectId!: string;

  /** null for the MSP's own: an arbiter, or a job on one. */
  @Index()
  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  @Index()
  @Column(id({ name: 'cluster_id', nullable: true }))
  clusterId!: string | null;

  @Index()
  @Column(id({ name: 'arbiter_id', nullable: true }))
  arbiterId!: string | null;

  @Column(id({ name: 'job_id', nullable: true }))
  jobId!: string | null;

  @Column(text())
  summary!: string;

  @Column(json())
  findings!: readonly Finding[];

  /** Figures that belong to the rule: the vote's state, the certificates' end. */
  @Column(json())
  details!: Readonly<Record<string, unknown>>;

  /** When the trouble began, as far as is known; it was opened when that had lasted for long enough. */
  @Column(instant())
  since!: Instant;

  @Column(instant({ name: 'opened_at' }))
  openedAt!: Instant;

  @Column(instant({ name: 'updated_at' }))
  updatedAt!: Instant;

  /** Since when all is well again; null while it is not. */
  @Column(instant({ name: 'cleared_at', nullable: true }))
  clearedAt!: Instant | null;

  @Column(instant({ name: 'resolved_at', nullable: true }))
  resolvedAt!: Instant | null;

  @Column(word({ nullable: true }))
  resolution!: Resolution | null;

  /** How many updates were told. */
  @Column(count())
  updates!: number;

  /** How often the trouble came back before it was resolved. */
  @Column(count())
  recurrences!: number;

  /** What it says now, and what was last told: they differ while an update waits. */
  @Column(text())
  essence!: string;

  @Column(text())
  told!: string;

  @Column(instant({ name: 'told_at' }))
  toldAt!: Instant;

  @Column(json({ nullable: true }))
  ticket!: Ticket | null;

  @Column(count())
  version!: number;
}

/** Trouble that has not lasted for long enough to be an alert. */
@Entity('pending_alerts')
export class PendingAlert {
  @PrimaryColumn(word({ name: 'dedup_key' }))
  dedupKey!: string;

  @Column(word())
  rule!: AlertRuleName;

  @Column(word({ name: 'subject_kind' }))
  subjectKind!: SubjectKind;

  @Column(id({ name: 'subject_id' }))
  subjectId!: string;

  @Column(instant())
  since!: Instant;
}

/** What was set about a rule; a rule that nobody has set has its defaults and no row. */
@Entity('alert_rules')
export class AlertRuleRow {
  @PrimaryColumn(word())
  rule!: AlertRuleName;

  /** The customer's id, or `everybody`: a key has no null. */
  @PrimaryColumn(word())
  whose!: string;

  @Column(id({ name: 'customer_id', nullable: true }))
  customerId!: string | null;

  @Column(flag())
  enabled!: boolean;

  @Column(word())
  severity!: AlertSeverity;

  @Column(count({ name: 'after_seconds' }))
  afterSeconds!: number;

  @Column(count({ name: 'resolve_after_seconds' }))
  resolveAfterSeconds!: number;

  @Column(count())
  version!: number;

  @Column(instant({ name: 'updated_at' }))
  updatedAt!: Instant;
}
