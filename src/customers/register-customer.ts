import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { error } from '../core/finding.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { isUniqueViolation } from '../platform/database/constraint.ts';
import { Database, type Transaction } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { conflict, forbidden } from '../platform/http/problem.ts';
import type { NewCustomer } from './customers.schema.ts';
import { CustomersStore, type CustomerWithRefs, type ExternalRef } from './customers.store.ts';

@Injectable()
export class RegisterCustomer {
  constructor(
    private readonly database: Database,
    private readonly customers: CustomersStore,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Takes a customer in. Only the MSP itself may: a customer's own token cannot make another customer. */
  async run(caller: Caller, asked: NewCustomer): Promise<CustomerWithRefs> {
    if (caller.scope.kind === 'customer')
      throw forbidden('forbidden', 'A token of one customer cannot make customers.');
    const now = this.clock.now();
    const customer = { id: randomUUIDv7(), name: asked.name, version: 1, createdAt: now, updatedAt: now };
    const registering = this.database.write(async (tx) => {
      await demandFreeRefs(this.customers, tx, asked.externalRefs, null);
      await this.customers.insert(tx, customer, asked.externalRefs);
      await this.audit.record(tx, caller.actor, customer.id, {
        kind: 'customer.created',
        data: { customerId: customer.id, name: customer.name },
      });
    });
    await registering.catch(explainTakenRef);
    return { ...customer, externalRefs: asked.externalRefs };
  }
}

/** @throws a problem when another customer already goes by one of these references */
export const demandFreeRefs = async (
  customers: CustomersStore,
  tx: Transaction,
  refs: readonly ExternalRef[],
  exceptCustomerId: string | null,
): Promise<void> => {
  const taken = await customers.refTaken(tx, refs, exceptCustomerId);
  if (!taken) return;
  const message = `Another customer already has the id "${taken.id}" in ${taken.system}.`;
  throw conflict('external_ref_taken', message, [error('external_ref_taken', 'externalRefs', message, { ...taken })]);
};

/** Between the look and the insert another may have taken a reference, where writers do not queue (PostgreSQL). */
export const explainTakenRef = (thrown: unknown): never => {
  if (!isUniqueViolation(thrown)) throw thrown;
  throw conflict('external_ref_taken', 'Another customer has just been given one of these references.');
};
