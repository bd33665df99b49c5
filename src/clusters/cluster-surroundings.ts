import { Injectable } from '@nestjs/common';
import type { Arbiter, QnetdInstance } from '../arbiters/arbiter.entity.ts';
import { ArbitersStore } from '../arbiters/arbiters.store.ts';
import { error } from '../core/finding.ts';
import { CustomersStore } from '../customers/customers.store.ts';
import { HostsStore } from '../hosts/hosts.store.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import type { Caller } from '../platform/http/caller.ts';
import { badRequest, type Problem } from '../platform/http/problem.ts';
import type { NewCluster } from './clusters.schema.ts';

/** What a new cluster points at: its customer, its arbiter, and the credentials of its nodes. */
@Injectable()
export class ClusterSurroundings {
  constructor(
    private readonly database: Database,
    private readonly customers: CustomersStore,
    private readonly arbiters: ArbitersStore,
    private readonly hosts: HostsStore,
  ) {}

  /** @throws a problem that names what is not there, or not the caller's */
  async check(caller: Caller, asked: NewCluster): Promise<{ arbiter: Arbiter; instance: QnetdInstance }> {
    const session = this.database.read;
    if (!(await this.customers.find(session, caller.scope, asked.customerId))) throw missing('customerId', 'customer');
    // A customer's own token names the arbiter that it was told of, though it cannot look at it.
    const arbiter = await this.arbiters.find(session, EVERYTHING, asked.arbiterId);
    const [instance] = arbiter ? await this.arbiters.instancesOf(session, EVERYTHING, arbiter.id) : [];
    if (!arbiter || !instance) throw missing('arbiterId', 'arbiter');
    for (const [index, node] of asked.nodes.entries()) {
      const credential = await this.hosts.findCredential(session, caller.scope, node.credentialId);
      const foreign = credential?.customerId !== null && credential?.customerId !== asked.customerId;
      if (!credential || foreign) throw missing(`nodes.${index}.credentialId`, 'SSH credential of this customer');
    }
    return { arbiter, instance };
  }
}

const missing = (field: string, what: string): Problem => {
  const message = `${field}: there is no such ${what}.`;
  return badRequest('reference_not_found', message, [error('reference_not_found', field, message)]);
};
