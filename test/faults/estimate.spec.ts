import { describe, expect, it } from 'vitest';
import { spoken, timeLeft } from './estimate.ts';

describe('The estimate', () => {
  it('counts each fault with its own time, and an unknown one with the mean', () => {
    const seen = [
      { fault: 'kill-9', ms: 4_000 },
      { fault: 'kill-9', ms: 6_000 },
      { fault: 'pause', ms: 20_000 },
    ];
    expect(timeLeft(['kill-9', 'pause', 'new'], seen, 1)).toBe(5_000 + 20_000 + 10_000);
    expect(timeLeft(['kill-9', 'kill-9'], seen, 2)).toBe(5_000);
  });

  it.each([
    [12_400, '12 s'],
    [180_000, '3 min'],
    [3_900_000, '1 h 5 min'],
  ])('%i ms is said as %s', (ms, says) => {
    expect(spoken(ms)).toBe(says);
  });
});
