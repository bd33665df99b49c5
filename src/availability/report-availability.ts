import { Inject, Injectable } from '@nestjs/common';
import type { Cluster } from '../clusters/cluster.entity.ts';
import { ClustersStore } from '../clusters/clusters.store.ts';
import type { Finding } from '../core/finding.ts';
import { availability, type Availability } from '../core/quorum/availability.ts';
import type { Incident } from '../core/quorum/incidents.ts';
import { JUDGING_MS } from '../core/quorum/state-now.ts';
import { type Clock, type Instant, type Period } from '../core/time.ts';
import { MaintenanceStore } from '../maintenance/maintenance.store.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { notFound } from '../platform/http/problem.ts';
import { VotesStore } from '../votes/votes.store.ts';
import { HistoryStore } from './history.store.ts';

/** An answer shows no more outages than this, the last ones; vote-history has every change. */
const MOST_INCIDENTS = 500;

export interface ShownIncident extends Incident {
  readonly findings: readonly Finding[];
}

export interface AvailabilityReport extends Availability {
  readonly clusterId: string;
  readonly period: Period;
  /** The end of what is told: now, while the period runs. */
  readonly until: Instant;
  readonly incidentCount: number;
  readonly incidents: readonly ShownIncident[];
}

@Injectable()
export class ReportAvailability {
  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly votes: VotesStore,
    private readonly history: HistoryStore,
    private readonly windows: MaintenanceStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The account of a cluster's vote over a period, as far as that lies in the past.
   * @throws a problem: 404 for a cluster outside the caller's scope
   */
  async run({ scope }: Caller, clusterId: string, period: Period): Promise<AvailabilityReport> {
    const session = this.database.read;
    const cluster = await this.clusters.find(session, scope, clusterId);
    if (!cluster) throw notFound('cluster');
    const now = this.clock.now();
    const evidenceUntil = await this.evidenceUntil(cluster);
    const until = endOf(period, now, evidenceUntil);
    const told = { from: period.from, to: until };
    const account = availability({
      period: told,
      changes: await this.history.changes(session, scope, clusterId, told),
      evidenceUntil,
      windows: await this.windows.over(session, subjectOf(cluster), told),
    });
    const shown = account.incidents.slice(-MOST_INCIDENTS);
    const findings = await this.history.findings(
      session,
      scope,
      shown.flatMap(({ changeId }) => changeId ?? []),
    );
    return {
      ...account,
      ...{ clusterId, period, until, incidentCount: account.incidents.length },
      incidents: shown.map((incident) => ({ ...incident, findings: findings.get(incident.changeId ?? '') ?? [] })),
    };
  }

  private async evidenceUntil({ id, customerId }: Cluster): Promise<Instant | null> {
    const row = await this.votes.findState(this.database.read, { kind: 'customer', customerId }, id);
    return row && (row.freshUntil ?? row.judgedAt);
  }
}

const subjectOf = ({ id, customerId, arbiterId }: Cluster) => ({ clusterId: id, customerId, arbiterId });

/** Views that have stopped counting just now are being judged anew: the account ends there instead. */
const endOf = ({ from, to }: Period, now: Instant, evidenceUntil: Instant | null): Instant => {
  const isJustStale = evidenceUntil !== null && evidenceUntil < now && now - evidenceUntil <= JUDGING_MS;
  return Math.max(from, Math.min(to, isJustStale ? evidenceUntil : now)) as Instant;
};
