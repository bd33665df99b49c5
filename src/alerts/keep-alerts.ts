import { Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { THE_SERVICE } from '../core/audit/actor.ts';
import type { AlertChange } from '../core/alerts/judge.ts';
import type { AlertAction } from '../core/alerts/notice.ts';
import type { AlertSubject } from '../core/alerts/symptom.ts';
import type { Instant } from '../core/time.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import type { Transaction } from '../platform/database/database.ts';
import type { Alert } from './alert.entity.ts';
import type { Look } from './alert-source.ts';
import { AlertsStore } from './alerts.store.ts';
import { TellAlert } from './tell-alert.ts';
import type { Move } from './weigh-alerts.ts';

/** Another worker, or a person with a ticket, was faster: what was decided rests on what is no more. */
export class Overtaken extends Error {}

const EVENTS = { open: 'alert.opened', update: 'alert.updated', resolve: 'alert.resolved' } as const;

/** Writes down what was decided, with the audit events and the notices, in one transaction. */
@Injectable()
export class KeepAlerts {
  constructor(
    private readonly alerts: AlertsStore,
    private readonly audit: AuditStore,
    private readonly tellAlert: TellAlert,
  ) {}

  /** @throws Overtaken, or a unique violation, when another was faster: then nothing of it stands */
  async run(
    tx: Transaction,
    subject: AlertSubject,
    look: Look | null,
    moves: readonly Move[],
    now: Instant,
  ): Promise<void> {
    for (const move of moves) await this.keep(tx, subject, look, move, now);
  }

  private async keep(tx: Transaction, subject: AlertSubject, look: Look | null, move: Move, now: Instant) {
    const { dedupKey, rule, alert, change } = move;
    switch (change.kind) {
      case 'wait': {
        const { kind: subjectKind, id: subjectId } = subject;
        const pending = { dedupKey, rule: rule.name, subjectKind, subjectId, since: change.since };
        return this.alerts.insertPending(tx, pending);
      }
      case 'forget':
        return this.alerts.deletePending(tx, dedupKey);
      case 'open': {
        const opened = openedBy(move, subject, look, change, now);
        await this.alerts.deletePending(tx, dedupKey);
        await this.alerts.insert(tx, opened);
        return this.tell(tx, 'open', opened, now);
      }
      case 'update':
        return this.change(tx, alert, updatedBy(move, change, now), change.tell ? 'update' : null, now);
      case 'resolve':
        return this.change(tx, alert, resolvedBy(change.because, now), 'resolve', now);
    }
  }

  private async change(
    tx: Transaction,
    alert: Alert | null,
    to: (alert: Alert) => Alert,
    action: AlertAction | null,
    now: Instant,
  ): Promise<void> {
    if (alert === null) throw new Error('only an alert that is open is changed');
    const after = to({ ...alert, version: alert.version + 1 });
    if (!(await this.alerts.update(tx, after, alert.version))) throw new Overtaken(alert.dedupKey);
    if (action !== null) await this.tell(tx, action, after, now);
  }

  private async tell(tx: Transaction, action: AlertAction, alert: Alert, now: Instant): Promise<void> {
    const { id: alertId, rule, severity, dedupKey, resolution } = alert;
    await this.audit.record(tx, THE_SERVICE, alert.customerId, {
      kind: EVENTS[action],
      data: { alertId, rule, severity, dedupKey, resolution },
    });
    await this.tellAlert.run(tx, action, alert, now);
  }
}

const openedBy = (
  { dedupKey, rule, symptom }: Move,
  { kind: subjectKind, id: subjectId }: AlertSubject,
  look: Look | null,
  { since, essence }: Extract<AlertChange, { kind: 'open' }>,
  now: Instant,
): Alert => {
  if (!symptom || !look) throw new Error('an alert is opened only for what was seen');
  const { customerId, clusterId, arbiterId, jobId } = look;
  const { summary, findings, details } = symptom;
  return {
    id: randomUUIDv7(),
    ...{ dedupKey, openKey: dedupKey, rule: rule.name, severity: rule.severity, state: 'open' },
    ...{ subjectKind, subjectId, customerId, clusterId, arbiterId, jobId, summary, findings, details },
    ...{ since, openedAt: now, updatedAt: now, clearedAt: null, resolvedAt: null, resolution: null },
    ...{ updates: 0, recurrences: 0, essence, told: essence, toldAt: now, ticket: null, version: 1 },
  };
};

const updatedBy =
  ({ rule, symptom }: Move, change: Extract<AlertChange, { kind: 'update' }>, now: Instant) =>
  (alert: Alert): Alert => {
    const { clearedAt, recurrences, essence, retell, tell } = change;
    return {
      ...alert,
      ...{ clearedAt, recurrences, essence, updatedAt: now },
      ...(retell && symptom
        ? {
            ...{ severity: rule.severity, summary: symptom.summary },
            ...{ findings: symptom.findings, details: symptom.details },
          }
        : {}),
      ...(tell ? { told: essence, toldAt: now, updates: alert.updates + 1 } : {}),
    };
  };

const resolvedBy =
  (resolution: Alert['resolution'], now: Instant) =>
  (alert: Alert): Alert => ({
    ...alert,
    ...{ state: 'resolved', openKey: null, resolution, resolvedAt: now, updatedAt: now, toldAt: now },
  });
