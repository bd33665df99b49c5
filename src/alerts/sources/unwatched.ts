import { Injectable } from '@nestjs/common';
import type { AlertRuleName } from '../../core/alerts/rule.ts';
import type { AlertSubject } from '../../core/alerts/symptom.ts';
import { MINUTE_MS } from '../../core/time.ts';
import type { Session } from '../../platform/database/database.ts';
import type { AlertSource } from '../alert-source.ts';
import { AlertsStore } from '../alerts.store.ts';
import { WatchedStore } from '../watched.store.ts';
import { InstancesSource } from './instances.ts';
import { VotesSource } from './votes.ts';

/** Clusters and instances that are not watched any more have no row that could say so: their alerts are looked for. */
@Injectable()
export class UnwatchedSource implements AlertSource {
  readonly everyMs = MINUTE_MS;
  readonly rules: readonly AlertRuleName[];

  constructor(
    private readonly watched: WatchedStore,
    private readonly alerts: AlertsStore,
    votes: VotesSource,
    instances: InstancesSource,
  ) {
    this.rules = [...new Set([...votes.rules, ...instances.rules])];
  }

  async due(session: Session): Promise<readonly AlertSubject[]> {
    return this.watched.unwatched(session, await this.alerts.troubled(session, this.rules));
  }

  /** Whatever was open about it is over. */
  look(): Promise<null> {
    return Promise.resolve(null);
  }
}
