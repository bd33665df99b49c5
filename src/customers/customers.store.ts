import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { insertRows } from '../platform/database/rows.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { covers, type Scope } from '../platform/database/scope.ts';
import { Customer, CustomerRef } from './customer.entity.ts';

export interface ExternalRef {
  readonly system: string;
  readonly id: string;
}

export type CustomerWithRefs = Customer & { readonly externalRefs: readonly ExternalRef[] };

@Injectable()
export class CustomersStore {
  async find(session: Session, scope: Scope, id: string): Promise<CustomerWithRefs | null> {
    if (!covers(scope, id)) return null;
    const customer = await session.manager.findOneBy(Customer, { id });
    return customer ? ((await this.withRefs(session, [customer]))[0] ?? null) : null;
  }

  async findByRef(session: Session, scope: Scope, ref: ExternalRef): Promise<CustomerWithRefs | null> {
    const row = await session.manager.findOneBy(CustomerRef, { system: ref.system, ref: ref.id });
    return row ? this.find(session, scope, row.customerId) : null;
  }

  async page(session: Session, scope: Scope, request: PageRequest): Promise<Page<CustomerWithRefs>> {
    if (scope.kind === 'customer') {
      const own = request.after === null ? await this.find(session, scope, scope.customerId) : null;
      return { items: own ? [own] : [], next: null };
    }
    const page = await findPage(session.manager, Customer, {}, request);
    return { items: await this.withRefs(session, page.items), next: page.next };
  }

  /** The first of these references that another customer already has, or null. */
  async refTaken(
    session: Session,
    refs: readonly ExternalRef[],
    exceptCustomerId: string | null,
  ): Promise<ExternalRef | null> {
    for (const ref of refs) {
      const row = await session.manager.findOneBy(CustomerRef, { system: ref.system, ref: ref.id });
      if (row && row.customerId !== exceptCustomerId) return ref;
    }
    return null;
  }

  async insert(tx: Transaction, customer: Customer, refs: readonly ExternalRef[]): Promise<void> {
    await insertRows(tx, Customer, customer);
    await this.replaceRefs(tx, customer.id, refs);
  }

  /** @returns false when the row no longer has the version that the change was made on */
  async update(tx: Transaction, customer: Customer, expectedVersion: number): Promise<boolean> {
    const { id, name, version, updatedAt } = customer;
    const result = await tx.manager.update(Customer, { id, version: expectedVersion }, { name, version, updatedAt });
    return result.affected === 1;
  }

  async replaceRefs(tx: Transaction, customerId: string, refs: readonly ExternalRef[]): Promise<void> {
    await tx.manager.delete(CustomerRef, { customerId });
    for (const ref of refs) {
      await insertRows(tx, CustomerRef, { id: randomUUIDv7(), customerId, system: ref.system, ref: ref.id });
    }
  }

  /** @returns false when the row no longer has the version that was read */
  async delete(tx: Transaction, id: string, expectedVersion: number): Promise<boolean> {
    await tx.manager.delete(CustomerRef, { customerId: id });
    const result = await tx.manager.delete(Customer, { id, version: expectedVersion });
    return result.affected === 1;
  }

  private async withRefs(session: Session, customers: readonly Customer[]): Promise<CustomerWithRefs[]> {
    if (customers.length === 0) return [];
    const refs = await session.manager.find(CustomerRef, {
      where: { customerId: In(customers.map((c) => c.id)) },
      order: { id: 'ASC' },
    });
    return customers.map((customer) => ({
      ...customer,
      externalRefs: refs.filter((r) => r.customerId === customer.id).map((r) => ({ system: r.system, id: r.ref })),
    }));
  }
}
