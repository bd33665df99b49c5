import { Injectable } from '@nestjs/common';
import { ArbitersStore } from '../arbiters/arbiters.store.ts';
import { ClustersStore } from '../clusters/clusters.store.ts';
import { noticeData, noticeWords, type AlertAction, type Names, type ToldAlert } from '../core/alerts/notice.ts';
import type { Instant } from '../core/time.ts';
import { CustomersStore } from '../customers/customers.store.ts';
import { EnqueueNotice } from '../notifications/enqueue-notice.ts';
import type { Notice } from '../core/notifications/notice.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import type { Alert } from './alert.entity.ts';

const EVENTS: Readonly<Record<AlertAction, Notice['event']>> = {
  open: 'alert.opened',
  update: 'alert.updated',
  resolve: 'alert.resolved',
};

/** Makes the notice of an alert, with the names and references that a ticket system knows it by. */
@Injectable()
export class TellAlert {
  constructor(
    private readonly customers: CustomersStore,
    private readonly clusters: ClustersStore,
    private readonly arbiters: ArbitersStore,
    private readonly outbox: EnqueueNotice,
  ) {}

  async run(tx: Transaction, action: AlertAction, alert: Alert, occurredAt: Instant): Promise<void> {
    const { subjectKind: kind, subjectId: id, customerId } = alert;
    const told: ToldAlert = { ...alert, subject: { kind, id } };
    const names = await this.namesOf(tx, alert);
    await this.outbox.run(tx, {
      ...{ event: EVENTS[action], customerId, occurredAt },
      data: noticeData(action, told, names),
      ...noticeWords(action, told, names),
    });
  }

  private async namesOf(session: Session, { customerId, clusterId, arbiterId }: Alert): Promise<Names> {
    const customer = customerId === null ? null : await this.customers.find(session, EVERYTHING, customerId);
    const cluster = clusterId === null ? null : await this.clusters.find(session, EVERYTHING, clusterId);
    const arbiter = arbiterId === null ? null : await this.arbiters.find(session, EVERYTHING, arbiterId);
    return {
      customer: customer && { id: customer.id, name: customer.name, externalRefs: customer.externalRefs },
      cluster: cluster && { id: cluster.id, name: cluster.name },
      arbiter: arbiter && { id: arbiter.id, name: arbiter.name },
    };
  }
}
