import { Injectable } from '@nestjs/common';
import { ArbitersStore } from '../../arbiters/arbiters.store.ts';
import { instanceSymptoms } from '../../core/alerts/instance-symptoms.ts';
import type { AlertRuleName } from '../../core/alerts/rule.ts';
import type { AlertSubject } from '../../core/alerts/symptom.ts';
import { SECOND_MS, type Instant } from '../../core/time.ts';
import type { Session, Transaction } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';
import type { AlertSource, Look } from '../alert-source.ts';
import { WatchedStore } from '../watched.store.ts';

/** Each prepared qnetd instance, whose row says when it is to be weighed. It is the MSP's own, and no customer's. */
@Injectable()
export class InstancesSource implements AlertSource {
  readonly everyMs = 2 * SECOND_MS;
  readonly rules: readonly AlertRuleName[] = ['imposter', 'arbiter_unreachable', 'arbiter_degraded'];

  constructor(
    private readonly watched: WatchedStore,
    private readonly arbiters: ArbitersStore,
  ) {}

  async due(session: Session, now: Instant, limit: number): Promise<readonly AlertSubject[]> {
    const ids = await this.watched.dueInstances(session, now, limit);
    return ids.map((id) => ({ kind: 'instance', id }));
  }

  async look(session: Session, { id }: AlertSubject): Promise<Look | null> {
    const row = await this.watched.instance(session, id);
    const instance = row && (await this.arbiters.findInstance(session, id));
    if (!row || instance?.state !== 'prepared') return null;
    const arbiter = await this.arbiters.find(session, EVERYTHING, row.arbiterId);
    const symptoms = instanceSymptoms({ ...row, condition: row.state, arbiterName: arbiter?.name ?? row.arbiterId });
    return { customerId: null, clusterId: null, arbiterId: row.arbiterId, jobId: null, symptoms };
  }

  readonly schedule = {
    claim: async (tx: Transaction, { id }: AlertSubject, now: Instant): Promise<boolean> =>
      (await this.watched.claimInstance(tx, id, now)) || (await this.watched.instance(tx, id)) === null,
    settle: (tx: Transaction, { id }: AlertSubject, next: Instant | null): Promise<void> =>
      this.watched.settleInstance(tx, id, next),
  };
}
