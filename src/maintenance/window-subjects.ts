import { Injectable } from '@nestjs/common';
import { ArbitersStore } from '../arbiters/arbiters.store.ts';
import { ClustersStore } from '../clusters/clusters.store.ts';
import { CustomersStore } from '../customers/customers.store.ts';
import type { Session } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { notFound } from '../platform/http/problem.ts';
import type { NewWindow } from './maintenance.schema.ts';
import type { MaintenanceWindowRow } from './maintenance-window.entity.ts';

type Subject = Pick<MaintenanceWindowRow, 'customerId' | 'clusterId' | 'arbiterId'>;

/** What a window may be over, as far as the caller may see it. */
@Injectable()
export class WindowSubjects {
  constructor(
    private readonly customers: CustomersStore,
    private readonly clusters: ClustersStore,
    private readonly arbiters: ArbitersStore,
  ) {}

  /**
   * Finds the one thing that the request names.
   * @throws a problem: 404 where it does not exist for the caller
   */
  async find(session: Session, { scope }: Caller, asked: NewWindow): Promise<Subject> {
    const { customerId, clusterId, arbiterId } = asked;
    if (clusterId !== undefined) {
      const cluster = await this.clusters.find(session, scope, clusterId);
      if (!cluster) throw notFound('cluster');
      return { customerId: cluster.customerId, clusterId, arbiterId: null };
    }
    if (arbiterId !== undefined) {
      if (!(await this.arbiters.find(session, scope, arbiterId))) throw notFound('arbiter');
      return { customerId: null, clusterId: null, arbiterId };
    }
    const customer = await this.customers.find(session, scope, customerId ?? '');
    if (!customer) throw notFound('customer');
    return { customerId: customer.id, clusterId: null, arbiterId: null };
  }
}
