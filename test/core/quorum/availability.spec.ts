import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MaintenanceWindow } from '../../../src/core/maintenance/window.ts';
import { availability, type AvailabilityQuestion, type PresenceTimes } from '../../../src/core/quorum/availability.ts';
import type { Presence } from '../../../src/core/quorum/presence.ts';
import type { PresenceChange } from '../../../src/core/quorum/stretches.ts';
import type { State } from '../../../src/core/quorum/vote-state.ts';
import { instant } from '../../../src/core/time.ts';

const STATE_OF: Readonly<Record<Presence, State>> = {
  present: 'ok',
  degraded: 'at-risk',
  absent: 'lost',
  unknown: 'unknown',
};

const change = (at: number, presence: Presence, state: State = STATE_OF[presence]): PresenceChange => ({
  ...{ id: `change at ${at}`, at: instant(at), presence, state },
});
const window = (from: number, to: number, createdAt: number): MaintenanceWindow => ({
  ...{ from: instant(from), to: instant(to), createdAt: instant(createdAt) },
});
const between = (from: number, to: number) => ({ from: instant(from), to: instant(to) });

const asked = (question: Partial<AvailabilityQuestion> & { readonly changes: readonly PresenceChange[] }) =>
  availability({ period: between(0, 1000), evidenceUntil: instant(10_000), windows: [], ...question });

const total = (times: PresenceTimes): number => Object.values(times).reduce((sum, ms) => sum + ms, 0);

describe('the time that a vote was there', () => {
  it('is unknown before the first look, and never present then', () => {
    expect(asked({ changes: [change(400, 'present')] }).times).toEqual({
      ...{ present: 600, degraded: 0, absent: 0, unknown: 400 },
    });
    expect(asked({ changes: [] }).times).toMatchObject({ present: 0, unknown: 1000 });
  });

  it('goes on from a change before the period', () => {
    expect(asked({ changes: [change(-500, 'present')] }).times).toMatchObject({ present: 1000 });
  });

  it('ends with the evidence: what nobody saw is unknown, also while the service was away', () => {
    const changes = [change(0, 'present')];
    expect(asked({ changes, evidenceUntil: instant(300) }).times).toMatchObject({ present: 300, unknown: 700 });
    expect(asked({ changes, evidenceUntil: null }).times).toMatchObject({ present: 0, unknown: 1000 });
  });

  it('is what each change says until the next one', () => {
    const changes = [change(0, 'present'), change(100, 'degraded'), change(300, 'absent'), change(600, 'present')];
    expect(asked({ changes }).times).toEqual({ present: 500, degraded: 200, absent: 300, unknown: 0 });
  });
});

describe('an incident', () => {
  const outage = [change(0, 'present'), change(100, 'degraded'), change(300, 'absent'), change(600, 'present')];

  it('is one from the first trouble to the end of the last, and tells the worst of it with its reasons', () => {
    expect(asked({ changes: outage }).incidents).toEqual([
      {
        ...{ from: 100, to: 600, presence: 'absent', state: 'lost', changeId: 'change at 300' },
        ...{ lengthMs: 500, maintenanceMs: 0, inMaintenance: false },
      },
    ]);
  });

  it('keeps its beginning before the period, and has no end while it goes on', () => {
    const [incident] = asked({ changes: outage, period: between(400, 500) }).incidents;
    expect(incident).toMatchObject({ from: 100, to: null, lengthMs: 100 });
  });

  it('tells only what lies in the period', () => {
    const [incident] = asked({ changes: outage, period: between(100, 200) }).incidents;
    expect(incident).toMatchObject({ presence: 'degraded', state: 'at-risk', changeId: 'change at 100' });
  });

  it('is there while the evidence has run out, without a change that would give reasons', () => {
    const { incidents } = asked({ changes: [change(0, 'present')], evidenceUntil: instant(300) });
    expect(incidents).toMatchObject([{ from: 300, to: null, presence: 'unknown', changeId: null }]);
  });

  it('is not made of the time before the first look', () => {
    expect(asked({ changes: [change(400, 'present')] }).incidents).toEqual([]);
    expect(asked({ changes: [change(400, 'absent')] }).incidents).toMatchObject([{ from: 400, lengthMs: 600 }]);
  });
});

describe('maintenance', () => {
  const outage = [change(0, 'present'), change(100, 'absent'), change(600, 'present')];

  it('counts when it was made before the outage began', () => {
    const { inMaintenance, incidents } = asked({ changes: outage, windows: [window(50, 700, 100)] });
    expect(inMaintenance).toEqual({ present: 0, degraded: 0, absent: 500, unknown: 0 });
    expect(incidents).toMatchObject([{ maintenanceMs: 500, inMaintenance: true }]);
  });

  it('does not count when it was made afterwards, however far back it reaches', () => {
    const { inMaintenance, incidents } = asked({ changes: outage, windows: [window(50, 700, 101)] });
    expect(total(inMaintenance)).toBe(0);
    expect(incidents).toMatchObject([{ inMaintenance: false }]);
  });

  it('excuses no more than it covers', () => {
    const { inMaintenance, incidents } = asked({ changes: outage, windows: [window(50, 200, 0)] });
    expect(inMaintenance.absent).toBe(100);
    expect(incidents).toMatchObject([{ maintenanceMs: 100, inMaintenance: false }]);
  });

  it('planned while the vote was degraded counts for its absence, and not for the degradation', () => {
    const changes = [change(0, 'present'), change(100, 'degraded'), change(300, 'absent'), change(600, 'present')];
    expect(asked({ changes, windows: [window(0, 1000, 200)] }).inMaintenance).toMatchObject({
      degraded: 0,
      absent: 300,
    });
  });

  it('planned during an outage does not count because the outage was unknown or degraded in between', () => {
    const changes = [
      ...[change(0, 'present'), change(100, 'absent'), change(200, 'unknown'), change(300, 'absent')],
      ...[change(400, 'degraded'), change(500, 'present')],
    ];
    expect(total(asked({ changes, windows: [window(0, 1000, 150)] }).inMaintenance)).toBe(0);
  });
});

describe('any history', () => {
  const presence = fc.constantFrom<Presence>('present', 'degraded', 'absent', 'unknown');
  const moment = fc.integer({ min: -200, max: 1200 });
  const histories = fc.record({
    changes: fc
      .array(fc.tuple(moment, presence), { maxLength: 20 })
      .map((pairs) => pairs.toSorted(([a], [b]) => a - b).map(([at, what]) => change(at, what))),
    evidenceUntil: fc.option(moment.map(instant)),
    windows: fc.array(
      fc.tuple(moment, moment, moment).map(([a, b, made]) => window(a, b, made)),
      { maxLength: 5 },
    ),
  });
  const periods = fc.tuple(moment, moment).map(([a, b]) => between(Math.min(a, b), Math.max(a, b)));

  it('accounts for every millisecond of the period once', () => {
    fc.assert(
      fc.property(histories, periods, (history, period) => {
        expect(total(availability({ ...history, period }).times)).toBe(period.to - period.from);
      }),
    );
  });

  it('split anywhere adds up to the whole, maintenance too', () => {
    fc.assert(
      fc.property(histories, periods, fc.double({ min: 0, max: 1, noNaN: true }), (history, period, where) => {
        const cut = Math.round(period.from + where * (period.to - period.from));
        const whole = availability({ ...history, period });
        const parts = [between(period.from, cut), between(cut, period.to)].map((part) =>
          availability({ ...history, period: part }),
        );
        for (const key of ['times', 'inMaintenance'] as const) {
          for (const what of ['present', 'degraded', 'absent', 'unknown'] as const) {
            const sum = parts.reduce((ms, part) => ms + part[key][what], 0);
            expect(sum, `${key} ${what}`).toBe(whole[key][what]);
          }
        }
      }),
    );
  });

  it('is present only where a change said so and views backed it (invariant 21)', () => {
    fc.assert(
      fc.property(histories, periods, (history, period) => {
        const { changes, evidenceUntil } = history;
        const backed = Array.from({ length: period.to - period.from }, (_, index) => period.from + index).filter(
          (at) => {
            const last = changes.findLast((one) => one.at <= at);
            const isNewest = last === changes.at(-1);
            return last?.presence === 'present' && (!isNewest || (evidenceUntil !== null && at < evidenceUntil));
          },
        );
        expect(availability({ ...history, period }).times.present).toBe(backed.length);
      }),
    );
  });

  it('is in maintenance no longer than it was away, and never while it was present', () => {
    fc.assert(
      fc.property(histories, periods, (history, period) => {
        const { times, inMaintenance, incidents } = availability({ ...history, period });
        expect(inMaintenance.present).toBe(0);
        for (const what of ['degraded', 'absent', 'unknown'] as const)
          expect(inMaintenance[what]).toBeLessThanOrEqual(times[what]);
        expect(incidents.reduce((ms, one) => ms + one.maintenanceMs, 0)).toBe(total(inMaintenance));
      }),
    );
  });

  it('has incidents that are apart, in order, and together last as long as the vote was not present after the first look', () => {
    fc.assert(
      fc.property(histories, periods, (history, period) => {
        const { times, incidents } = availability({ ...history, period });
        const [first] = history.changes;
        const before = Math.max(0, Math.min(period.to, first?.at ?? period.to) - period.from);
        const away = times.degraded + times.absent + times.unknown - before;
        expect(incidents.reduce((ms, one) => ms + one.lengthMs, 0)).toBe(away);
        incidents.slice(1).forEach((one, index) => {
          expect(incidents[index]?.to ?? Infinity).toBeLessThanOrEqual(one.from);
        });
      }),
    );
  });
});
