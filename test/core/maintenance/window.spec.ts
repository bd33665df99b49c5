import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countsFor,
  coveredMs,
  coversAt,
  inMaintenance,
  type MaintenanceWindow,
} from '../../../src/core/maintenance/window.ts';
import { instant } from '../../../src/core/time.ts';

const window = (from: number, to: number, createdAt: number): MaintenanceWindow => ({
  from: instant(from),
  to: instant(to),
  createdAt: instant(createdAt),
});

describe('a maintenance window', () => {
  it('counts for an outage that begins when it is made or later, and for none before', () => {
    const made = window(0, 100, 50);
    expect([49, 50, 51].map((at) => countsFor(made, instant(at)))).toEqual([false, true, true]);
  });

  it('has its first moment and not its last', () => {
    const made = window(10, 20, 0);
    expect([9, 10, 19, 20].map((at) => coversAt(made, instant(at)))).toEqual([false, true, true, false]);
  });

  it('excuses a moment only when one and the same window was made in time and lies around it', () => {
    const late = window(0, 100, 60);
    const over = window(0, 40, 0);
    expect(inMaintenance([late, over], instant(50), instant(70))).toBe(false);
    expect(inMaintenance([late, over, window(60, 80, 50)], instant(50), instant(70))).toBe(true);
  });

  it('covers each moment once, however many overlap', () => {
    const stretches = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 })));
    fc.assert(
      fc.property(
        stretches,
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 0, max: 30 }),
        (pairs, from, length) => {
          const windows = pairs.map(([begin, end]) => window(begin, end, 0));
          const to = from + length;
          const moments = Array.from({ length }, (_, index) => instant(from + index));
          const covered = moments.filter((at) => windows.some((one) => coversAt(one, at))).length;
          expect(coveredMs(windows, instant(from), instant(to))).toBe(covered);
        },
      ),
    );
  });
});
