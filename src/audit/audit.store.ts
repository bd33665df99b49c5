import { Inject, Injectable } from '@nestjs/common';
import { Between, LessThanOrEqual, MoreThanOrEqual, type FindOptionsWhere } from 'typeorm';
import type { Actor } from '../core/audit/actor.ts';
import type { AuditEvent } from '../core/audit/event.ts';
import type { Clock, Instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { eachRow } from '../platform/database/each-row.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { narrowed, ownedBy, type Scope } from '../platform/database/scope.ts';
import { AuditEventRow } from './audit-event.entity.ts';

export interface AuditFilter {
  readonly kind?: string | undefined;
  readonly customerId?: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

const within = ({ from, to }: AuditFilter): FindOptionsWhere<AuditEventRow> => {
  if (from !== undefined && to !== undefined) return { at: Between(from, to) };
  if (from !== undefined) return { at: MoreThanOrEqual(from) };
  return to === undefined ? {} : { at: LessThanOrEqual(to) };
};

/** Without TypeORM: what happens to one arbiter happens to hundreds of clusters at once. */
const INSERT = 'INSERT INTO audit_events (id, at, kind, customer_id, actor, data) VALUES (?, ?, ?, ?, ?, ?)';

@Injectable()
export class AuditStore {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** Writes down what is being done, in the very transaction that does it: one cannot stand without the other. */
  async record(tx: Transaction, actor: Actor, customerId: string | null, event: AuditEvent): Promise<void> {
    await this.recordAll(tx, actor, [{ customerId, event }]);
  }

  /** The same for what is done to many at once. */
  async recordAll(
    tx: Transaction,
    actor: Actor,
    events: readonly { readonly customerId: string | null; readonly event: AuditEvent }[],
  ): Promise<void> {
    const at = this.clock.now();
    const by = JSON.stringify(actor);
    const rows = events.map(({ customerId, event: { kind, data } }) => [
      ...[randomUUIDv7(), at, kind, customerId, by, JSON.stringify(data)],
    ]);
    await eachRow(tx, INSERT, rows);
  }

  async page(session: Session, scope: Scope, filter: AuditFilter, request: PageRequest): Promise<Page<AuditEventRow>> {
    const visible = narrowed(scope, filter.customerId);
    if (visible === null) return { items: [], next: null };
    const kind = filter.kind === undefined ? {} : { kind: filter.kind };
    return findPage(session.manager, AuditEventRow, { ...within(filter), ...kind, ...ownedBy(visible) }, request);
  }
}
