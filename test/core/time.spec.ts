import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, instant, iso, parseInstant, plus, monthName, monthOf } from '../../src/core/time.ts';

/** What ISO 8601 writes with a year of four digits. */
const anyInstant = fc
  .integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') })
  .map(instant);

describe('a moment', () => {
  it('is written as UTC with milliseconds, and read back as the same moment', () => {
    fc.assert(
      fc.property(anyInstant, (at) => {
        expect(parseInstant(iso(at))).toBe(at);
      }),
    );
    expect(iso(instant(1_763_805_600_000))).toBe('2025-11-22T10:00:00.000Z');
  });

  it.each([Number.NaN, Infinity, 0.5, 2 ** 53])('is a whole number of milliseconds, not %s', (number) => {
    expect(() => instant(number)).toThrow(RangeError);
  });

  it('moves on by a duration, to the nearest millisecond', () => {
    expect(plus(instant(1_000), 0.6)).toBe(1_001);
    expect(plus(instant(0), -DAY_MS)).toBe(-86_400_000);
  });
});

describe('a text that tells a moment', () => {
  it.each([
    ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:00:00.123456789Z', '2026-11-22T10:00:00.123Z'],
    ['2026-11-22T12:30:00+02:30', '2026-11-22T10:00:00.000Z'],
    ['2026-11-21T23:00:00-11:00', '2026-11-22T10:00:00.000Z'],
  ])('may stand in any zone: %s', (text, expected) => {
    const at = parseInstant(text);
    expect(at === null ? null : iso(at)).toBe(expected);
  });

  it.each([
    '2026-11-22T10:00:00',
    '2026-11-22',
    '2026-11-22 10:00:00Z',
    '22 Nov 2026 10:00:00 GMT',
    '2026-13-01T00:00:00Z',
    '2026-11-22T25:00:00Z',
    '2026-11-22T10:00:00Z ',
    '+2026-11-22T10:00:00Z',
    '1763805600000',
    '',
  ])('is none without a zone, a whole date or a real hour: "%s"', (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});

describe('a month', () => {
  it('begins and ends in UTC, in leap years and at the turn of the year too', () => {
    const shown = (text: string) => {
      const month = monthOf(text);
      return month && [iso(month.from), iso(month.to)];
    };
    expect(shown('2028-02')).toEqual(['2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z']);
    expect(shown('2026-12')).toEqual(['2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z']);
  });

  it.each(['2026-13', '2026-00', '2026-1', '26-01', '2026-01-01', '', 'November'])('is not "%s"', (text) => {
    expect(monthOf(text)).toBeNull();
  });

  it('has a name', () => {
    expect(monthName(instant(Date.UTC(2026, 10, 30, 23, 59, 59, 999)))).toBe('2026-11');
  });
});
