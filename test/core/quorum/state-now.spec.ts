import { describe, expect, it } from 'vitest';
import { JUDGING_MS, stateNow } from '../../../src/core/quorum/state-now.ts';
import { instant } from '../../../src/core/time.ts';

describe('the state on record', () => {
  const at = (ms: number) => instant(1_000_000 + ms);
  const ok = { state: 'ok', freshUntil: at(0) } as const;

  it('stands while the views that it rests on count, and for the moment that judging anew takes', () => {
    expect([at(-1), at(0), at(JUDGING_MS)].map((now) => stateNow(ok, now))).toEqual(['ok', 'ok', 'ok']);
  });

  it('is unknown afterwards, where no view counts, and before the first look (invariant 21)', () => {
    expect(stateNow(ok, at(JUDGING_MS + 1))).toBe('unknown');
    expect(stateNow({ state: 'ok', freshUntil: null }, at(0))).toBe('unknown');
    expect(stateNow(null, at(0))).toBe('unknown');
  });
});
