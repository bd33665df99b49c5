import { describe, expect, it } from 'vitest';
import { judgeAlert, QUIET_LOOK_MS, UPDATE_EVERY_MS, type OnRecord } from '../../../src/core/alerts/judge.ts';
import { SECOND_MS } from '../../../src/core/time.ts';
import { at, live, ruleWith, symptomAt, told, type Spell } from './alert-world.ts';

const FINE: Spell = { from: 0, verdict: 'fine' };
const bad = (from: number, ...codes: string[]): Spell => ({ from, verdict: 'bad', ...(codes.length > 0 && { codes }) });
const fine = (from: number): Spell => ({ from, verdict: 'fine' });
const unclear = (from: number): Spell => ({ from, verdict: 'unclear' });

describe('an alert with 60 s before it opens and 30 s before it is resolved', () => {
  it.each([
    [
      'opens when it was bad for as long, and is resolved when it was well for as long',
      [FINE, bad(10), fine(100)],
      ['70 open', '130 resolve'],
    ],
    ['does not open for less', [FINE, bad(10), fine(69)], []],
    ['opens at the very second', [FINE, bad(10), fine(71)], ['70 open', '101 resolve']],
    ['counts anew after each second of health', [FINE, bad(10), fine(60), bad(61), fine(110)], []],
    ['is not opened while nobody can tell', [FINE, bad(10), unclear(60)], []],
    ['counts the time in which nobody could tell', [FINE, bad(10), unclear(60), bad(65)], ['70 open']],
    ['is not resolved while nobody can tell (invariant 21)', [bad(0), unclear(70)], ['60 open']],
    [
      'counts health anew after it could not be told',
      [bad(0), fine(70), unclear(90), fine(95)],
      ['60 open', '125 resolve'],
    ],
    ['stays one where health is shorter', [bad(0), fine(70), bad(99), fine(110), bad(139)], ['60 open', '360 update']],
    [
      'opens anew when it was resolved',
      [bad(0), fine(70), bad(110), fine(180)],
      ['60 open', '100 resolve', '170 open', '210 resolve'],
    ],
  ] as const)('%s', (_, spells, expected) => {
    expect(told(live({ spells, until: 600 }).written)).toEqual(expected);
  });

  it('says since when it is bad, not since when that was long enough', () => {
    const [open] = live({ spells: [FINE, bad(10)], until: 200 }).written.filter(({ change }) => change.kind === 'open');
    expect(open?.change).toMatchObject({ since: at(10) });
  });

  it('opens at once where the trouble was there long before anybody looked', () => {
    const judged = judgeAlert(symptomAt('bad', at(-3600)), null, { rule: ruleWith(), windows: [], now: at(0) });
    expect(judged).toMatchObject({ change: { kind: 'open', since: at(-3600) }, next: null });
  });

  it('takes no word for a trouble that begins later than now', () => {
    const judged = judgeAlert(symptomAt('bad', at(500)), null, { rule: ruleWith(), windows: [], now: at(0) });
    expect(judged).toEqual({ change: { kind: 'wait', since: at(0) }, next: at(60) });
  });

  it('counts how often it came back', () => {
    const { record } = live({ spells: [bad(0), fine(70), bad(80), fine(90), bad(100)], until: 110 });
    expect(record).toMatchObject({ kind: 'open', clearedAt: null, recurrences: 2 });
  });
});

describe('an alert without delays', () => {
  const rule = ruleWith({ afterSeconds: 0, resolveAfterSeconds: 0 });

  it('opens and is resolved at once', () => {
    expect(told(live({ spells: [FINE, bad(10), fine(20)], until: 30, rule }).written)).toEqual([
      '10 open',
      '20 resolve',
    ]);
  });
});

describe('an update', () => {
  const rule = ruleWith({ afterSeconds: 0 });
  const pace = UPDATE_EVERY_MS / SECOND_MS;

  it('tells of other findings, at most every five minutes, with the last word', () => {
    const spells = [bad(0, 'a_a'), bad(10, 'b_b'), bad(20, 'c_c'), bad(pace + 50, 'd_d')];
    const { written } = live({ spells, until: 3 * pace, rule });
    expect(told(written)).toEqual(['0 open', `${pace} update`, `${2 * pace} update`]);
  });

  it('is written down at once, whenever it is told', () => {
    const { record } = live({ spells: [bad(0, 'a_a'), bad(10, 'b_b')], until: 11, rule });
    expect(record).toMatchObject({ essence: expect.stringContaining('b_b') as string });
    expect((record as Extract<OnRecord, { kind: 'open' }>).told).toContain('a_a');
  });

  it('is not told when all is as it was told', () => {
    const spells = [bad(0, 'a_a'), bad(10, 'b_b'), bad(20, 'a_a')];
    expect(told(live({ spells, until: 3 * pace, rule }).written)).toEqual(['0 open']);
  });

  it('tells of another severity', () => {
    const { record } = live({ spells: [bad(0)], until: pace, rule });
    const circumstances = { rule: ruleWith({ severity: 'critical' }), windows: [], now: at(pace) };
    expect(judgeAlert(symptomAt('bad', at(0)), record, circumstances).change).toMatchObject({
      kind: 'update',
      tell: true,
    });
  });
});

describe('maintenance', () => {
  const rule = ruleWith({ afterSeconds: 0 });
  const window = { from: at(0), to: at(1_000), createdAt: at(-100) };
  const opened = (spells: readonly Spell[], windows = [window], inForce = rule) =>
    told(live({ spells, until: 2_000, rule: inForce, windows }).written);

  it('keeps quiet what begins within a window that was made before', () => {
    expect(opened([FINE, bad(10), fine(900)])).toEqual([]);
  });

  it('is over at its end: what still holds is told then', () => {
    expect(opened([FINE, bad(10), fine(1_200)])).toEqual(['1000 open', '1230 resolve']);
  });

  it('that is announced after the outage keeps nothing quiet', () => {
    expect(opened([FINE, bad(10)], [{ ...window, createdAt: at(11) }])).toEqual(['10 open']);
    expect(opened([FINE, bad(10)], [{ ...window, createdAt: at(10) }])).toEqual(['1000 open']);
  });

  it('that has not begun, or is over, keeps nothing quiet', () => {
    expect(opened([FINE, bad(10)], [{ ...window, from: at(11) }])).toEqual(['10 open']);
    expect(opened([FINE, bad(10)], [{ ...window, to: at(10) }])).toEqual(['10 open']);
  });

  it('never keeps a stranger quiet', () => {
    expect(opened([FINE, bad(10)], [window], ruleWith({ afterSeconds: 0, quietInMaintenance: false }))).toEqual([
      '10 open',
    ]);
  });

  it('that was announced before the alert holds its updates back, and never its end', () => {
    const early = { from: at(100), to: at(1_000), createdAt: at(-100) };
    const spells = [bad(0, 'a_a'), bad(200, 'b_b'), fine(950)];
    expect(opened(spells, [early])).toEqual(['0 open', '980 resolve']);
    expect(opened([bad(0, 'a_a'), bad(200, 'b_b')], [early])).toEqual(['0 open', '1000 update']);
  });

  it('is looked at each minute, because it may be ended before its time', () => {
    const judged = judgeAlert(symptomAt('bad', at(10)), null, { rule, windows: [window], now: at(10) });
    expect(judged).toEqual({ change: { kind: 'wait', since: at(10) }, next: at(10 + QUIET_LOOK_MS / SECOND_MS) });
    const ended = judgeAlert(
      symptomAt('bad', at(10)),
      { kind: 'pending', since: at(10) },
      { rule, windows: [], now: at(70) },
    );
    expect(ended.change).toMatchObject({ kind: 'open', since: at(10) });
  });
});

describe('a rule that is switched off, or a subject that is gone', () => {
  const { record: open } = live({ spells: [bad(0)], until: 100 });
  const pending: OnRecord = { kind: 'pending', since: at(0) };
  const off = { rule: ruleWith({ enabled: false }), windows: [], now: at(100) };
  const on = { ...off, rule: ruleWith() };

  it('resolves what is open at once, and says why', () => {
    expect(judgeAlert(symptomAt('bad', at(0)), open, off)).toEqual({
      change: { kind: 'resolve', because: 'disabled' },
      next: null,
    });
    expect(judgeAlert(null, open, on)).toEqual({ change: { kind: 'resolve', because: 'gone' }, next: null });
  });

  it('forgets what waits', () => {
    expect(judgeAlert(symptomAt('bad', at(0)), pending, off).change).toEqual({ kind: 'forget' });
    expect(judgeAlert(null, pending, on).change).toEqual({ kind: 'forget' });
  });

  it('opens nothing', () => {
    expect(judgeAlert(symptomAt('bad', at(0)), null, off)).toEqual({ change: null, next: null });
    expect(judgeAlert(null, null, on)).toEqual({ change: null, next: null });
  });
});
