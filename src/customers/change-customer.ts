import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { demandMatch } from '../platform/http/etag.ts';
import { notFound } from '../platform/http/problem.ts';
import type { CustomerChange } from './customers.schema.ts';
import { CustomersStore, type CustomerWithRefs } from './customers.store.ts';
import { demandFreeRefs, explainTakenRef } from './register-customer.ts';

@Injectable()
export class ChangeCustomer {
  constructor(
    private readonly database: Database,
    private readonly customers: CustomersStore,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(
    caller: Caller,
    id: string,
    ifMatch: string | undefined,
    change: CustomerChange,
  ): Promise<CustomerWithRefs> {
    const changing = this.database.write(async (tx) => {
      const before = await this.customers.find(tx, caller.scope, id);
      if (!before) throw notFound('customer');
      demandMatch(ifMatch, before.version);
      const refs = change.externalRefs ?? before.externalRefs;
      await demandFreeRefs(this.customers, tx, refs, id);
      const after = {
        ...before,
        name: change.name ?? before.name,
        version: before.version + 1,
        updatedAt: this.clock.now(),
        externalRefs: refs,
      };
      // Between the look and the change another may have written, where writers do not queue (PostgreSQL).
      if (!(await this.customers.update(tx, after, before.version))) demandMatch(ifMatch, before.version + 1);
      await this.customers.replaceRefs(tx, id, refs);
      await this.audit.record(tx, caller.actor, id, {
        kind: 'customer.changed',
        data: { customerId: id, name: after.name },
      });
      return after;
    });
    return changing.catch(explainTakenRef);
  }
}
