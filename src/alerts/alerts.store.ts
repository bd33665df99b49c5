import { Injectable } from '@nestjs/common';
import { In, IsNull, Not, type FindOptionsWhere } from 'typeorm';
import type { AlertRuleName, AlertSeverity } from '../core/alerts/rule.ts';
import type { AlertSubject } from '../core/alerts/symptom.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { insertRows } from '../platform/database/rows.ts';
import { narrowed, ownedBy, type Scope } from '../platform/database/scope.ts';
import { Alert, PendingAlert } from './alert.entity.ts';

export interface AlertFilter {
  readonly state?: Alert['state'] | undefined;
  readonly rule?: AlertRuleName | undefined;
  readonly severity?: AlertSeverity | undefined;
  readonly clusterId?: string | undefined;
  readonly arbiterId?: string | undefined;
}

/** What is on record of some rules and one subject, whoever's it is. */
export interface Known {
  readonly open: readonly Alert[];
  readonly pending: readonly PendingAlert[];
}

@Injectable()
export class AlertsStore {
  find(session: Session, scope: Scope, id: string): Promise<Alert | null> {
    return session.manager.findOneBy(Alert, { id, ...ownedBy(scope) });
  }

  async page(
    session: Session,
    scope: Scope,
    { customerId, ...filter }: AlertFilter & { readonly customerId?: string | undefined },
    request: PageRequest,
  ): Promise<Page<Alert>> {
    const visible = narrowed(scope, customerId);
    if (visible === null) return { items: [], next: null };
    const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    const where: FindOptionsWhere<Alert> = { ...given, ...ownedBy(visible) };
    return findPage(session.manager, Alert, where, request);
  }

  /** The alerts that are open under these keys, and the trouble that waits under them. */
  async known(session: Session, dedupKeys: readonly string[]): Promise<Known> {
    const open = await session.manager.findBy(Alert, { openKey: In([...dedupKeys]) });
    const pending = await session.manager.findBy(PendingAlert, { dedupKey: In([...dedupKeys]) });
    return { open, pending };
  }

  /** The subjects for which one of these rules has an open alert, or trouble that waits. */
  async troubled(session: Session, rules: readonly AlertRuleName[]): Promise<AlertSubject[]> {
    const select = { subjectKind: true, subjectId: true } as const;
    const rule = In([...rules]);
    const open = await session.manager.find(Alert, { select, where: { rule, openKey: Not(IsNull()) } });
    const pending = await session.manager.find(PendingAlert, { select, where: { rule } });
    const subjects = [...open, ...pending].map((row) => ({ kind: row.subjectKind, id: row.subjectId }));
    return [...new Map(subjects.map((subject) => [`${subject.kind} ${subject.id}`, subject])).values()];
  }

  /** How many alerts are open, by their severity. */
  async countOpen(session: Session, scope: Scope): Promise<readonly (readonly [AlertSeverity, number])[]> {
    const rows = await session.manager
      .createQueryBuilder(Alert, 'a')
      .select('a.severity', 'severity')
      .addSelect('COUNT(*)', 'alerts')
      .where({ openKey: Not(IsNull()), ...ownedBy(scope) })
      .groupBy('a.severity')
      .getRawMany<{ severity: AlertSeverity; alerts: string | number }>();
    return rows.map(({ severity, alerts }) => [severity, Number(alerts)]);
  }

  async insert(tx: Transaction, alert: Alert): Promise<void> {
    await insertRows(tx, Alert, alert);
  }

  /** @returns false when the row no longer has the version that the change was made on */
  async update(tx: Transaction, { id, ...change }: Alert, expectedVersion: number): Promise<boolean> {
    const result = await tx.manager.update(Alert, { id, version: expectedVersion }, change as object);
    return result.affected === 1;
  }

  /** @returns false when the row no longer has the version that the change was made on */
  async changeTicket(tx: Transaction, { id, ticket, version }: Alert, expectedVersion: number): Promise<boolean> {
    const result = await tx.manager.update(Alert, { id, version: expectedVersion }, { ticket, version });
    return result.affected === 1;
  }

  async insertPending(tx: Transaction, pending: PendingAlert): Promise<void> {
    await insertRows(tx, PendingAlert, pending);
  }

  async deletePending(tx: Transaction, dedupKey: string): Promise<void> {
    await tx.manager.delete(PendingAlert, { dedupKey });
  }
}
