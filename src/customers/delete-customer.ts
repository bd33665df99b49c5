import { Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { isForeignKeyViolation } from '../platform/database/constraint.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { demandMatch } from '../platform/http/etag.ts';
import { conflict, notFound } from '../platform/http/problem.ts';
import { CustomersStore } from './customers.store.ts';

@Injectable()
export class DeleteCustomer {
  constructor(
    private readonly database: Database,
    private readonly customers: CustomersStore,
    private readonly audit: AuditStore,
  ) {}

  /** Lets a customer go who has nothing left here; the schema's foreign keys know whether that is so. */
  async run(caller: Caller, id: string, ifMatch: string | undefined): Promise<void> {
    try {
      await this.database.write(async (tx) => {
        const customer = await this.customers.find(tx, caller.scope, id);
        if (!customer) throw notFound('customer');
        demandMatch(ifMatch, customer.version);
        // Between the look and the deletion another may have written, where writers do not queue (PostgreSQL).
        if (!(await this.customers.delete(tx, id, customer.version))) demandMatch(ifMatch, customer.version + 1);
        await this.audit.record(tx, caller.actor, id, {
          kind: 'customer.deleted',
          data: { customerId: id, name: customer.name },
        });
      });
    } catch (thrown) {
      if (!isForeignKeyViolation(thrown)) throw thrown;
      throw conflict(
        'customer_in_use',
        'This customer still has clusters, SSH credentials, tokens, webhooks or mail recipients: remove them first.',
      );
    }
  }
}
