import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeAlert, UPDATE_EVERY_MS } from '../../../src/core/alerts/judge.ts';
import type { MaintenanceWindow } from '../../../src/core/maintenance/window.ts';
import type { RuleInForce } from '../../../src/core/alerts/settings.ts';
import type { Verdict } from '../../../src/core/alerts/symptom.ts';
import { SECOND_MS } from '../../../src/core/time.ts';
import { after, at, live, ruleWith, symptomAt, told, type Spell } from './alert-world.ts';

const UNTIL = 1_500;

const verdict = fc.constantFrom<Verdict>('bad', 'fine', 'unclear');
const codes = fc.subarray(['a_a', 'b_b', 'c_c'], { minLength: 1 });
const rule: fc.Arbitrary<RuleInForce> = fc
  .record({ afterSeconds: fc.integer({ min: 0, max: 120 }), resolveAfterSeconds: fc.integer({ min: 0, max: 120 }) })
  .map(ruleWith);

/** Spells of such verdicts that follow each other within so many seconds; the first begins at 0. */
const spellsOf = (kind: fc.Arbitrary<Verdict>, longest: number): fc.Arbitrary<Spell[]> =>
  fc
    .array(fc.record({ lasts: fc.integer({ min: 1, max: longest }), verdict: kind, codes }), {
      minLength: 1,
      maxLength: 40,
    })
    .map((spells) => {
      let from = 0;
      return spells.map(({ lasts, ...spell }) => {
        const begins = from;
        from += lasts;
        return { ...spell, from: begins };
      });
    });

const window: fc.Arbitrary<MaintenanceWindow> = fc
  .record({
    from: fc.integer({ min: -200, max: UNTIL }),
    lasts: fc.integer({ min: 1, max: 600 }),
    made: fc.integer({ min: -400, max: UNTIL }),
  })
  .map(({ from, lasts, made }) => ({
    from: at(from),
    to: at(from + lasts),
    createdAt: at(Math.min(made, from + lasts - 1)),
  }));
const windows = fc.array(window, { maxLength: 4 });

const RUNS = { numRuns: 400 };

describe('in every world', () => {
  it('nothing illegal is written: never two open under one key, none resolved that is not open', () => {
    fc.assert(
      fc.property(spellsOf(verdict, 200), rule, windows, (spells, inForce, quiet) => {
        // `live` throws at the first change that the record does not allow.
        live({ spells, until: UNTIL, rule: inForce, windows: quiet });
      }),
      RUNS,
    );
  });

  it('every alert is resolved, and nothing waits, when all was well for long enough', () => {
    fc.assert(
      fc.property(spellsOf(verdict, 200), rule, windows, (spells, inForce, quiet) => {
        const last = spells.at(-1)?.from ?? 0;
        const healthy = [...spells, { from: last + 200, verdict: 'fine' as const }];
        const until = last + 200 + inForce.resolveAfterSeconds;
        expect(live({ spells: healthy, until, rule: inForce, windows: quiet }).record).toBeNull();
      }),
      RUNS,
    );
  });

  it('every trouble that lasts for long enough outside of maintenance has an alert, and none comes too early', () => {
    fc.assert(
      fc.property(spellsOf(verdict, 200), rule, (spells, inForce) => {
        const begins = (spells.at(-1)?.from ?? 0) + 200;
        const worse = [
          ...spells,
          { from: begins, verdict: 'fine' as const },
          { from: begins + 300, verdict: 'bad' as const },
        ];
        const due = begins + 300 + inForce.afterSeconds;
        const lived = live({ spells: worse, until: due, rule: inForce });
        expect(lived.record).toMatchObject({ kind: 'open', since: at(begins + 300) });
        expect(told(lived.written).at(-1)).toBe(`${due} open`);
        if (inForce.afterSeconds > 0)
          expect(live({ spells: worse, until: due - 1, rule: inForce }).record).toMatchObject({ kind: 'pending' });
      }),
      RUNS,
    );
  });

  it('what was decided is decided for good: weighed again at the same moment, nothing is left to do', () => {
    fc.assert(
      fc.property(spellsOf(verdict, 200), rule, windows, verdict, codes, (spells, inForce, quiet, kind, found) => {
        const { record } = live({ spells, until: UNTIL, rule: inForce, windows: quiet });
        const now = at(UNTIL);
        const circumstances = { rule: inForce, windows: quiet, now };
        const symptom = symptomAt(kind, at(UNTIL - 5), found);
        const first = judgeAlert(symptom, record, circumstances);
        const second = judgeAlert(symptom, after(record, first.change, now), circumstances);
        const isResolved = first.change?.kind === 'resolve' || first.change?.kind === 'forget';
        expect(second.change).toBeNull();
        if (!isResolved)
          expect(second.next).toEqual(first.change?.kind === 'update' && first.change.tell ? null : first.next);
      }),
      RUNS,
    );
  });

  it('whoever looks only when it is asked for tells the same, at the same second, as whoever looks each second', () => {
    fc.assert(
      fc.property(spellsOf(verdict, 200), rule, (spells, inForce) => {
        const world = { spells, until: UNTIL, rule: inForce };
        expect(live(world).written).toEqual(live({ ...world, eachSecond: true }).written);
      }),
      RUNS,
    );
  });

  it('a window that ends as announced delays by nothing: told at the same second as by whoever looks each second', () => {
    fc.assert(
      fc.property(spellsOf(verdict, 200), rule, window, (spells, inForce, quiet) => {
        const world = { spells, until: UNTIL, rule: inForce, windows: [quiet] };
        expect(told(live(world).written)).toEqual(told(live({ ...world, eachSecond: true }).written));
      }),
      RUNS,
    );
  });
});

describe('in a world that flaps faster than the hysteresis', () => {
  const flapping = (resolveAfterSeconds: number) =>
    fc
      .array(fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: resolveAfterSeconds - 1 })), {
        minLength: 5,
        maxLength: 40,
      })
      .map((pairs) => {
        let from = 0;
        return pairs.flatMap(([ill, well]): Spell[] => {
          const begins = from;
          from += ill + well;
          return [
            { from: begins, verdict: 'bad' },
            { from: begins + ill, verdict: 'fine' },
          ];
        });
      });

  it('there is at most one alert, and no storm of updates', () => {
    fc.assert(
      fc.property(flapping(60), fc.integer({ min: 0, max: 120 }), windows, (spells, afterSeconds, quiet) => {
        const until = spells.at(-1)?.from ?? 0;
        const { written } = live({
          spells,
          until,
          rule: ruleWith({ afterSeconds, resolveAfterSeconds: 60 }),
          windows: quiet,
        });
        const kinds = told(written).map((line) => line.split(' ')[1]);
        expect(kinds.filter((kind) => kind === 'open').length).toBeLessThanOrEqual(1);
        expect(kinds).not.toContain('resolve');
        const updates = kinds.filter((kind) => kind === 'update').length;
        expect(updates).toBeLessThanOrEqual((until * SECOND_MS) / UPDATE_EVERY_MS);
      }),
      RUNS,
    );
  });
});

describe('maintenance that is announced after the outage', () => {
  it('changes nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), rule, windows, (begins, inForce, quiet) => {
        const spells: Spell[] = [
          { from: 0, verdict: 'fine' },
          { from: begins + 1, verdict: 'bad' },
        ];
        const late = quiet.map((one) => ({ ...one, createdAt: at(begins + 2) }));
        const world = { spells, until: UNTIL, rule: inForce };
        expect(live({ ...world, windows: late }).written).toEqual(live(world).written);
      }),
      RUNS,
    );
  });
});

describe('a rule that is switched off', () => {
  it('never has an alert', () => {
    fc.assert(
      fc.property(spellsOf(verdict, 200), windows, (spells, quiet) => {
        expect(live({ spells, until: UNTIL, rule: ruleWith({ enabled: false }), windows: quiet }).written).toEqual([]);
      }),
      RUNS,
    );
  });
});

describe('a world that nobody sees any more (invariant 21)', () => {
  it('keeps every alert that is open', () => {
    fc.assert(
      fc.property(spellsOf(verdict, 200), rule, (spells, inForce) => {
        const last = (spells.at(-1)?.from ?? 0) + 1;
        const before = live({ spells, until: last, rule: inForce });
        fc.pre(before.record?.kind === 'open');
        const dark = [...spells, { from: last + 1, verdict: 'unclear' as const }];
        expect(live({ spells: dark, until: last + 2_000, rule: inForce }).record).toMatchObject({ kind: 'open' });
      }),
      RUNS,
    );
  });
});
