import { instant, MINUTE_MS, plus, SECOND_MS, type Instant } from '../time.ts';
import type { MaintenanceWindow } from '../maintenance/window.ts';
import { quietUntil } from './maintenance.ts';
import type { AlertSeverity } from './rule.ts';
import type { RuleInForce } from './settings.ts';
import type { Symptom } from './symptom.ts';

/** What is on record of one rule and one subject. `pending`: it is bad, but not for long enough. */
export type OnRecord =
  | { readonly kind: 'pending'; readonly since: Instant }
  | {
      readonly kind: 'open';
      /** When the trouble began. */
      readonly since: Instant;
      /** Since when all is well again; null while it is not. */
      readonly clearedAt: Instant | null;
      /** How often it came back before it was resolved. */
      readonly recurrences: number;
      /** What the alert says now, and what was last told of it and when. */
      readonly essence: string;
      readonly told: string;
      readonly toldAt: Instant;
    };

/** `gone`: the subject is not watched any more. `disabled`: its rule is switched off. */
export type Resolution = 'healthy' | 'disabled' | 'gone';

/** What is to be written down; `tell` also goes out to whoever wants to know, as opening and resolving always do. */
export type AlertChange =
  | { readonly kind: 'wait'; readonly since: Instant }
  | { readonly kind: 'forget' }
  | { readonly kind: 'open'; readonly since: Instant; readonly essence: string }
  | {
      readonly kind: 'update';
      readonly clearedAt: Instant | null;
      readonly recurrences: number;
      readonly essence: string;
      /** The symptom's words and figures take the place of the old ones. */
      readonly retell: boolean;
      readonly tell: boolean;
    }
  | { readonly kind: 'resolve'; readonly because: Resolution };

export interface Judgement {
  readonly change: AlertChange | null;
  /** When time alone can change it; null for never. */
  readonly next: Instant | null;
}

export interface Circumstances {
  readonly rule: RuleInForce;
  /** The windows of maintenance that the subject lies in. */
  readonly windows: readonly MaintenanceWindow[];
  readonly now: Instant;
}

/** What changes is told at most so often: an alert that flaps is one, not a storm. */
export const UPDATE_EVERY_MS = 5 * MINUTE_MS;
/** A window may be ended before its time, which nobody is told of: quiet trouble is looked at so often. */
export const QUIET_LOOK_MS = MINUTE_MS;

const NOTHING: Judgement = { change: null, next: null };
const just = (change: AlertChange): Judgement => ({ change, next: null });

/** What makes an alert another than it was: whoever was told this has nothing new to hear. */
export const essenceOf = ({ summary, findings }: Symptom, severity: AlertSeverity, recurrences: number): string =>
  JSON.stringify([severity, recurrences, summary, ...findings.map(({ code, subject }) => `${code} ${subject}`)]);

/**
 * Decides on one rule and one subject: opened when it was bad without a break for long enough, resolved when it was fine
 * without a break for long enough, and left as it is where nobody can tell. Pure: applied to what it decides, it decides
 * nothing more until the world, the rules or the hour are others.
 * @param symptom what the newest look says, or null when the subject is not watched any more
 */
export const judgeAlert = (
  symptom: Symptom | null,
  record: OnRecord | null,
  circumstances: Circumstances,
): Judgement => {
  if (symptom === null) return ended(record, 'gone');
  if (!circumstances.rule.enabled) return ended(record, 'disabled');
  return record?.kind === 'open'
    ? judgeOpen(symptom, record, circumstances)
    : judgeWaiting(symptom, record, circumstances);
};

const ended = (record: OnRecord | null, because: Resolution): Judgement => {
  if (record === null) return NOTHING;
  return just(record.kind === 'pending' ? { kind: 'forget' } : { kind: 'resolve', because });
};

type Pending = Extract<OnRecord, { kind: 'pending' }>;
type Open = Extract<OnRecord, { kind: 'open' }>;

/** Not open yet. A gap in sight keeps the count: it was not seen to be well meanwhile. */
const judgeWaiting = (symptom: Symptom, pending: Pending | null, circumstances: Circumstances): Judgement => {
  if (symptom.verdict === 'fine') return pending ? just({ kind: 'forget' }) : NOTHING;
  if (symptom.verdict === 'unclear') return NOTHING;
  const { rule, now } = circumstances;
  const since = pending?.since ?? instant(Math.min(symptom.since, now));
  const dueAt = plus(since, rule.afterSeconds * SECOND_MS);
  const wait: AlertChange | null = pending ? null : { kind: 'wait', since };
  if (now < dueAt) return { change: wait, next: dueAt };
  const again = quietAgain(since, circumstances);
  if (again !== null) return { change: wait, next: again };
  return just({ kind: 'open', since, essence: essenceOf(symptom, rule.severity, 0) });
};

const judgeOpen = (symptom: Symptom, open: Open, circumstances: Circumstances): Judgement => {
  switch (symptom.verdict) {
    case 'fine':
      return whileFine(open, circumstances);
    case 'unclear':
      return open.clearedAt === null ? NOTHING : just(keep(open, { clearedAt: null }));
    case 'bad':
      return whileBad(symptom, open, circumstances);
  }
};

const whileFine = (open: Open, { rule, now }: Circumstances): Judgement => {
  const clearedAt = open.clearedAt ?? now;
  const dueAt = plus(clearedAt, rule.resolveAfterSeconds * SECOND_MS);
  if (now >= dueAt) return just({ kind: 'resolve', because: 'healthy' });
  return { change: open.clearedAt === null ? keep(open, { clearedAt }) : null, next: dueAt };
};

/** It came back, or it is another trouble now: one alert goes on, and is told anew from time to time. */
const whileBad = (symptom: Symptom, open: Open, circumstances: Circumstances): Judgement => {
  const { rule, now } = circumstances;
  const recurrences = open.recurrences + (open.clearedAt === null ? 0 : 1);
  const essence = essenceOf(symptom, rule.severity, recurrences);
  const isNews = essence !== open.told;
  const mayTellAt = plus(open.toldAt, UPDATE_EVERY_MS);
  const again = now < mayTellAt ? mayTellAt : quietAgain(open.since, circumstances);
  const tell = isNews && again === null;
  const isOther = essence !== open.essence || open.clearedAt !== null || tell;
  return {
    change: isOther ? keep(open, { clearedAt: null, recurrences, essence, retell: true, tell }) : null,
    next: isNews ? again : null,
  };
};

const keep = (
  { clearedAt, recurrences, essence }: Open,
  change: Partial<Extract<AlertChange, { kind: 'update' }>>,
): AlertChange => ({
  ...{ kind: 'update', clearedAt, recurrences, essence, retell: false, tell: false },
  ...change,
});

/** When to look again at trouble that maintenance keeps quiet; null where none does. */
const quietAgain = (since: Instant, { rule, windows, now }: Circumstances): Instant | null => {
  const until = rule.quietInMaintenance ? quietUntil(windows, since, now) : null;
  return until === null ? null : instant(Math.min(until, plus(now, QUIET_LOOK_MS)));
};

/** The earliest of the moments at which anything can change, or null for none. */
export const earliestOf = (moments: readonly (Instant | null)[]): Instant | null => {
  const known = moments.filter((moment) => moment !== null);
  return known.length === 0 ? null : instant(Math.min(...known));
};
