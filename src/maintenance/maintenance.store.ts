import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, LessThanOrEqual, MoreThan, type FindOptionsWhere } from 'typeorm';
import { plus, type Instant, type Period } from '../core/time.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { insertRows } from '../platform/database/rows.ts';
import { narrowed, ownedBy, type Scope } from '../platform/database/scope.ts';
import { MaintenanceWindowRow } from './maintenance-window.entity.ts';

export interface WindowFilter {
  readonly customerId?: string | undefined;
  readonly clusterId?: string | undefined;
  readonly arbiterId?: string | undefined;
}

/** What windows may be over: a cluster with its customer and its arbiter, or an arbiter alone. */
export type WindowSubject =
  | { readonly clusterId: string; readonly customerId: string; readonly arbiterId: string }
  | { readonly arbiterId: string };

@Injectable()
export class MaintenanceStore {
  find(session: Session, scope: Scope, id: string): Promise<MaintenanceWindowRow | null> {
    return session.manager.findOneBy(MaintenanceWindowRow, { id, ...ownedBy(scope) });
  }

  async page(
    session: Session,
    scope: Scope,
    { customerId, ...filter }: WindowFilter,
    request: PageRequest,
  ): Promise<Page<MaintenanceWindowRow>> {
    const visible = narrowed(scope, customerId);
    if (visible === null) return { items: [], next: null };
    const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    return findPage(session.manager, MaintenanceWindowRow, { ...given, ...ownedBy(visible) }, request);
  }

  /** The windows over this cluster or arbiter that have any moment in the period, the oldest first. */
  over(session: Session, subject: WindowSubject, { from, to }: Period): Promise<MaintenanceWindowRow[]> {
    const within = { from: LessThan(to), to: MoreThan(from) };
    const where = subjectsOf(subject).map((over) => ({ ...over, ...within }));
    return session.manager.find(MaintenanceWindowRow, { where, order: { id: 'ASC' } });
  }

  /** The windows over this cluster or arbiter that lie around a moment. */
  windowsOf(session: Session, subject: WindowSubject, at: Instant): Promise<MaintenanceWindowRow[]> {
    return this.over(session, subject, { from: at, to: plus(at, 1) });
  }

  /** Every window that lies around a moment, whosever it is: there are few at once. */
  around(session: Session, at: Instant): Promise<MaintenanceWindowRow[]> {
    return session.manager.find(MaintenanceWindowRow, { where: { from: LessThanOrEqual(at), to: MoreThan(at) } });
  }

  async insert(tx: Transaction, window: MaintenanceWindowRow): Promise<void> {
    await insertRows(tx, MaintenanceWindowRow, window);
  }

  /** @returns false when the row no longer has the version that was read */
  async end(tx: Transaction, { id, version }: MaintenanceWindowRow, at: Instant): Promise<boolean> {
    const result = await tx.manager.update(MaintenanceWindowRow, { id, version }, { to: at, version: version + 1 });
    return result.affected === 1;
  }

  /** @returns false when the row no longer has the version that was read */
  async delete(tx: Transaction, { id, version }: MaintenanceWindowRow): Promise<boolean> {
    const result = await tx.manager.delete(MaintenanceWindowRow, { id, version });
    return result.affected === 1;
  }
}

/** A cluster's windows are its own, those of its customer as a whole, and those of its arbiter. */
const subjectsOf = (subject: WindowSubject): FindOptionsWhere<MaintenanceWindowRow>[] => {
  const { arbiterId } = subject;
  if (!('clusterId' in subject)) return [{ arbiterId }];
  const { clusterId, customerId } = subject;
  return [{ clusterId }, { customerId, clusterId: IsNull() }, { arbiterId }];
};
