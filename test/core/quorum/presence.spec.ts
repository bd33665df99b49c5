import { describe, expect, it } from 'vitest';
import { presenceOf } from '../../../src/core/quorum/presence.ts';
import type { ArbiterVote, State } from '../../../src/core/quorum/vote-state.ts';

const presence = (state: State, arbiterVote: ArbiterVote, qdevice: number | null) =>
  presenceOf({ state, arbiter: { vote: arbiterVote }, votes: { expected: 3, total: 3, quorum: 2, qdevice } });

describe('presence of the vote', () => {
  it('is present only when all is well', () => {
    expect(presence('ok', 'ack', 1)).toBe('present');
  });

  it('is degraded while the vote stands and something else is missing', () => {
    expect(presence('at-risk', 'ack', 1)).toBe('degraded');
    expect(presence('at-risk', 'unknown', 1)).toBe('degraded');
  });

  it('is absent where one side denies the vote', () => {
    for (const vote of ['nack', 'ask-later', 'wait-for-reply', 'none'] as const) {
      expect(presence('at-risk', vote, 1)).toBe('absent');
    }
    expect(presence('at-risk', 'ack', 0)).toBe('absent');
    expect(presence('at-risk', 'unknown', null)).toBe('absent');
    expect(presence('lost', 'ack', 1)).toBe('absent');
  });

  it('never takes unknown for anything else (invariant 21)', () => {
    expect(presence('unknown', 'ack', 1)).toBe('unknown');
    expect(presence('unknown', 'none', 0)).toBe('unknown');
  });
});
