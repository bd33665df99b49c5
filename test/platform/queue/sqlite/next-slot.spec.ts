import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextSlot } from '../../../../src/platform/queue/sqlite/next-slot.ts';

const NOW = 1_800_000_000_123;
const FIRST = { every: 1_000, previous: null, now: NOW, offset: 0, startDate: undefined };

describe('the next run of a schedule', () => {
  it('is now for the first, and remembers how far from the full pace that lies', () => {
    expect(nextSlot(FIRST)).toEqual({ run: NOW, offset: 123 });
  });

  it('is the start date where that is to come, and now where it has passed', () => {
    expect(nextSlot({ ...FIRST, startDate: NOW + 5_000 }).run).toBe(NOW + 5_000);
    expect(nextSlot({ ...FIRST, startDate: NOW - 5_000 }).run).toBe(NOW);
  });

  it('lies in the next slot of a given offset', () => {
    expect(nextSlot({ ...FIRST, offset: 200 })).toEqual({ run: 1_800_000_000_200, offset: 200 });
    expect(nextSlot({ ...FIRST, offset: 100 })).toEqual({ run: 1_800_000_001_100, offset: 100 });
  });

  it('is one pace after the last, as long as none was missed', () => {
    expect(nextSlot({ ...FIRST, previous: NOW - 300, offset: 823 }).run).toBe(NOW + 700);
  });

  it('skips runs that were missed, and keeps the offset', () => {
    const { run, offset } = nextSlot({ ...FIRST, previous: NOW - 3_600_000 + 77, offset: 200 });
    expect({ run, offset }).toEqual({ run: 1_800_000_000_200, offset: 200 });
  });

  const pace = fc.record({
    every: fc.integer({ min: 1, max: 86_400_000 }),
    late: fc.integer({ min: 0, max: 1_000_000_000 }),
    now: fc.integer({ min: 1_000_000_000_000, max: 2_000_000_000_000 }),
  });

  it('is never in the past but for the first, never more than one pace ahead, and always later than the last', () => {
    fc.assert(
      fc.property(pace, fc.nat(), ({ every, late, now }, seed) => {
        const previous = now - late;
        const { run } = nextSlot({ every, previous, now, offset: seed % every, startDate: undefined });
        expect(run).toBeGreaterThanOrEqual(now);
        expect(run).toBeGreaterThan(previous);
        expect(run).toBeLessThanOrEqual(now + every);
      }),
    );
  });

  it('keeps its offset however often it follows itself, missed runs or none', () => {
    fc.assert(
      fc.property(pace, fc.array(fc.nat(10_000_000), { maxLength: 20 }), ({ every, now }, pauses) => {
        let { run, offset } = nextSlot({ every, previous: null, now, offset: 0, startDate: undefined });
        let hour = now;
        const first = offset;
        for (const pause of pauses) {
          hour = Math.max(hour, run) + pause;
          ({ run, offset } = nextSlot({ every, previous: run, now: hour, offset, startDate: undefined }));
          expect(run % every).toBe(first);
        }
      }),
    );
  });
});
