import { Inject, Injectable } from '@nestjs/common';
import type { Clock, Instant } from '../core/time.ts';
import type { AlertSeverity } from '../core/alerts/rule.ts';
import { AlertsStore } from '../alerts/alerts.store.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { FleetStore, type BadCluster, type InstanceHealth, type JobCount, type VoteCount } from './fleet.store.ts';

const WORST = 10;

export interface FleetSummary {
  readonly at: Instant;
  readonly votes: readonly VoteCount[];
  readonly worst: readonly BadCluster[];
  /** Null for a customer: arbiters are the MSP's own. */
  readonly instances: readonly InstanceHealth[] | null;
  readonly jobs: readonly JobCount[];
  readonly openAlerts: readonly (readonly [AlertSeverity, number])[];
}

@Injectable()
export class SummariseFleet {
  constructor(
    private readonly database: Database,
    private readonly fleet: FleetStore,
    private readonly alerts: AlertsStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Everything that the caller may see, at a glance. */
  async run({ scope }: Caller): Promise<FleetSummary> {
    const session = this.database.read;
    const at = this.clock.now();
    const [votes, worst, instances, jobs, openAlerts] = await Promise.all([
      this.fleet.voteCounts(session, scope, at),
      this.fleet.worst(session, scope, at, WORST),
      scope.kind === 'all' ? this.fleet.instances(session) : null,
      this.fleet.openJobs(session, scope),
      this.alerts.countOpen(session, scope),
    ]);
    return { at, votes, worst, instances, jobs, openAlerts };
  }
}
