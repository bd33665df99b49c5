import type { AlertChange, OnRecord } from '../../../src/core/alerts/judge.ts';
import { judgeAlert } from '../../../src/core/alerts/judge.ts';
import type { MaintenanceWindow } from '../../../src/core/maintenance/window.ts';
import { alertRule } from '../../../src/core/alerts/rule.ts';
import type { RuleInForce } from '../../../src/core/alerts/settings.ts';
import type { Symptom, Verdict } from '../../../src/core/alerts/symptom.ts';
import { error } from '../../../src/core/finding.ts';
import { instant, plus, SECOND_MS, type Instant } from '../../../src/core/time.ts';

export const BEGIN = instant(Date.parse('2026-11-22T10:00:00.000Z'));
export const at = (seconds: number): Instant => plus(BEGIN, seconds * SECOND_MS);

export const ruleWith = (settings: Partial<RuleInForce> = {}): RuleInForce => ({
  ...alertRule('vote_at_risk'),
  ...{ afterSeconds: 60, resolveAfterSeconds: 30, source: 'everybody' },
  ...settings,
});

export const symptomAt = (verdict: Verdict, since: Instant, codes: readonly string[] = ['node_offline']): Symptom => ({
  ...{ rule: 'vote_at_risk', verdict, since },
  summary: 'Cluster duo is at risk.',
  findings: codes.map((code) => error(code, '10.77.1.2', 'A message.')),
  details: {},
});

/** What the engine wrote down at one moment. */
export interface Written {
  readonly second: number;
  readonly change: AlertChange;
}

/** The record as it is after a change; an illegal change is a fault of the engine. */
export const after = (record: OnRecord | null, change: AlertChange | null, now: Instant): OnRecord | null => {
  const demand = (kind: OnRecord['kind'] | undefined): void => {
    if (record?.kind !== kind) throw new Error(`${change?.kind} on ${record?.kind ?? 'nothing'}`);
  };
  switch (change?.kind) {
    case undefined:
      return record;
    case 'wait':
      demand(undefined);
      return { kind: 'pending', since: change.since };
    case 'forget':
      demand('pending');
      return null;
    case 'open': {
      if (record?.kind === 'open') throw new Error('two are open under one key');
      const { since, essence } = change;
      return { kind: 'open', since, clearedAt: null, recurrences: 0, essence, told: essence, toldAt: now };
    }
    case 'update': {
      if (record?.kind !== 'open') throw new Error(`update on ${record?.kind ?? 'nothing'}`);
      const { clearedAt, recurrences, essence, tell } = change;
      return { ...record, clearedAt, recurrences, essence, ...(tell ? { told: essence, toldAt: now } : {}) };
    }
    case 'resolve':
      demand('open');
      return null;
  }
};

/** How the world is from a second on, until the next spell. */
export interface Spell {
  readonly from: number;
  readonly verdict: Verdict;
  readonly codes?: readonly string[];
}

export interface World {
  readonly spells: readonly Spell[];
  readonly until: number;
  readonly rule?: RuleInForce;
  readonly windows?: readonly MaintenanceWindow[];
  /** Weighed each second; else as the service does it: when the world changes, and when the engine asked for it. */
  readonly eachSecond?: boolean;
}

/** Lives through a world, and tells what was written down. */
export const live = ({ spells, until, rule = ruleWith(), windows = [], eachSecond = false }: World) => {
  const written: Written[] = [];
  let record: OnRecord | null = null;
  let next: Instant | null = null;
  for (let second = 0; second <= until; second += 1) {
    const now = at(second);
    const spell = spells.findLast(({ from }) => from <= second);
    if (!spell) continue;
    const isDue = spell.from === second || (next !== null && next <= now);
    if (!isDue && !eachSecond) continue;
    const symptom = symptomAt(spell.verdict, at(spell.from), spell.codes);
    const judged = judgeAlert(symptom, record, { rule, windows, now });
    record = after(record, judged.change, now);
    next = judged.next;
    if (judged.change) written.push({ second, change: judged.change });
    if (next !== null && next <= now) throw new Error(`at ${second} s the next look is not later`);
  }
  return { written, record: record };
};

export const told = (written: readonly Written[]): readonly string[] =>
  written.flatMap(({ second, change }) =>
    change.kind === 'open' || change.kind === 'resolve' || (change.kind === 'update' && change.tell)
      ? [`${second} ${change.kind}`]
      : [],
  );
