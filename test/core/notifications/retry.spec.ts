import { describe, expect, it } from 'vitest';
import { nextAttemptAt, readRetryAfter, TRIED_FOR_MS } from '../../../src/core/notifications/retry.ts';
import { DAY_MS, HOUR_MS, instant, iso, MINUTE_MS, plus, SECOND_MS, type Instant } from '../../../src/core/time.ts';

const START = instant(Date.parse('2026-11-22T10:00:00.000Z'));

/** When a delivery whose every attempt fails at once is tried: the pauses between attempts, in milliseconds. */
const pauses = (chance: number, retryAfterMs: number | null = null): number[] => {
  const giveUpAt = plus(START, TRIED_FOR_MS);
  const found: number[] = [];
  for (let now: Instant | null = START, attempts = 1; now !== null; attempts += 1) {
    const next: Instant | null = nextAttemptAt({ attempts, now, giveUpAt, retryAfterMs, chance });
    if (next !== null) found.push(next - now);
    now = next;
  }
  return found;
};

describe('the attempts at a delivery', () => {
  it('come soon, then ever slower, and end within 24 hours', () => {
    expect(pauses(0)).toEqual([
      ...[5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS],
      ...[4 * HOUR_MS, 4 * HOUR_MS, 4 * HOUR_MS, 4 * HOUR_MS, 4 * HOUR_MS].slice(0, pauses(0).length - 7),
    ]);
    for (const chance of [0, 0.5, 0.999]) {
      const total = pauses(chance).reduce((sum, pause) => sum + pause, 0);
      expect(total).toBeLessThanOrEqual(DAY_MS);
      expect(total).toBeGreaterThan(18 * HOUR_MS);
    }
  });

  it('are spread by chance, by up to a fifth of the pause', () => {
    expect(pauses(0.5)[0]).toBe(5.5 * SECOND_MS);
    expect(pauses(0.999)[3]).toBeLessThan(12 * MINUTE_MS);
  });

  it('wait as long as the receiver asks, but not for most of a day', () => {
    expect(pauses(0, 90 * SECOND_MS).slice(0, 3)).toEqual([90 * SECOND_MS, 90 * SECOND_MS, 2 * MINUTE_MS]);
    expect(pauses(0, 7 * DAY_MS)).toEqual([6 * HOUR_MS, 6 * HOUR_MS, 6 * HOUR_MS, 6 * HOUR_MS]);
    expect(pauses(0, 0)[0]).toBe(5 * SECOND_MS);
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120 * SECOND_MS],
    [' 0 ', 0],
    ['Sun, 22 Nov 2026 10:01:00 GMT', MINUTE_MS],
    ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ])('%s is a pause of %d ms', (text, pause) => {
    expect(readRetryAfter(text, START)).toBe(pause);
    expect(iso(START)).toContain('10:00:00');
  });

  it.each([
    undefined,
    '',
    '-5',
    '1.5',
    '1e9',
    '99999999999',
    'soon',
    '2026-11-22T10:01:00Z',
    'Sun, 99 Nov 2026 10:01:00 GMT',
  ])('%s says none', (text) => {
    expect(readRetryAfter(text, START)).toBeNull();
  });
});
