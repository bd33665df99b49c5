import { Injectable } from '@nestjs/common';
import { earliestOf, judgeAlert, type AlertChange, type OnRecord } from '../core/alerts/judge.ts';
import type { MaintenanceWindow } from '../core/maintenance/window.ts';
import { rulesInForce, type RuleInForce } from '../core/alerts/settings.ts';
import { dedupKeyOf, type AlertSubject, type Symptom } from '../core/alerts/symptom.ts';
import type { Instant } from '../core/time.ts';
import type { Session } from '../platform/database/database.ts';
import type { Alert } from './alert.entity.ts';
import { AlertRulesStore } from './alert-rules.store.ts';
import type { AlertSource, Look } from './alert-source.ts';
import { AlertsStore, type Known } from './alerts.store.ts';
import { MaintenanceStore, type WindowSubject } from '../maintenance/maintenance.store.ts';

/** What is to be written down of one rule and one subject. */
export interface Move {
  readonly dedupKey: string;
  readonly rule: RuleInForce;
  readonly symptom: Symptom | null;
  /** The alert that is open, or null. */
  readonly alert: Alert | null;
  readonly change: AlertChange;
}

export interface Weighed {
  readonly look: Look | null;
  readonly moves: readonly Move[];
  /** When time alone can change something; null for never. */
  readonly next: Instant | null;
}

/** Holds one subject against the rules of its source. Changes nothing. */
@Injectable()
export class WeighAlerts {
  constructor(
    private readonly alerts: AlertsStore,
    private readonly settings: AlertRulesStore,
    private readonly calendar: MaintenanceStore,
  ) {}

  async run(session: Session, source: AlertSource, subject: AlertSubject, now: Instant): Promise<Weighed> {
    const look = await source.look(session, subject, now);
    const known = await this.alerts.known(
      session,
      source.rules.map((rule) => dedupKeyOf(rule, subject)),
    );
    const isQuiet = known.open.length + known.pending.length === 0 && !look?.symptoms.some(isBad);
    // Nearly all subjects at nearly all times: nothing is wrong and nothing was.
    if (isQuiet) return { look, moves: [], next: null };
    const customerId = look?.customerId ?? null;
    const rules = rulesInForce(await this.settings.setFor(session, customerId), customerId);
    const windows = look?.symptoms.some(isBad) ? await this.calendar.windowsOf(session, maintained(look), now) : [];
    const judged = rules
      .filter(({ name }) => source.rules.includes(name))
      .map((rule) => judgeRule(rule, subject, { look, known, windows, now }));
    return { look, moves: judged.flatMap(({ move }) => move ?? []), next: earliestOf(judged.map(({ next }) => next)) };
  }
}

const maintained = ({ clusterId, customerId, arbiterId }: Look): WindowSubject =>
  clusterId === null || customerId === null ? { arbiterId } : { clusterId, customerId, arbiterId };

const isBad = ({ verdict }: Symptom): boolean => verdict === 'bad';

interface Seen {
  readonly look: Look | null;
  readonly known: Known;
  readonly windows: readonly MaintenanceWindow[];
  readonly now: Instant;
}

const judgeRule = (
  rule: RuleInForce,
  subject: AlertSubject,
  { look, known, windows, now }: Seen,
): { readonly move: Move | null; readonly next: Instant | null } => {
  const dedupKey = dedupKeyOf(rule.name, subject);
  const symptom = look?.symptoms.find((one) => one.rule === rule.name) ?? null;
  const alert = known.open.find((one) => one.dedupKey === dedupKey) ?? null;
  const pending = known.pending.find((one) => one.dedupKey === dedupKey);
  const record: OnRecord | null = alert
    ? { kind: 'open', ...alert }
    : pending
      ? { kind: 'pending', since: pending.since }
      : null;
  const { change, next } = judgeAlert(symptom, record, { rule, windows, now });
  return { move: change && { dedupKey, rule, symptom, alert, change }, next };
};
