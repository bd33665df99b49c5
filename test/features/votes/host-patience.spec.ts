import { describe, expect, it } from 'vitest';
import { HostPatience } from '../../../src/votes/host-patience.ts';

/** Which of so many beats a host is asked at, when it answers as told. */
const asked = (patience: HostPatience, answers: readonly boolean[]): string =>
  answers
    .map((wasReached) => {
      if (!patience.isDue('host')) return '-';
      patience.tell('host', wasReached);
      return 'x';
    })
    .join('');

const times = (count: number, answer: boolean): boolean[] => Array.from({ length: count }, () => answer);

describe('a host that is looked at', () => {
  it('is asked at every beat while it answers, and after a single miss', () => {
    expect(asked(new HostPatience(), [true, true, false, true, false, true])).toBe('xxxxxx');
  });

  it('is asked at every second beat once it was not reached twice in a row', () => {
    expect(asked(new HostPatience(), times(8, false))).toBe('xx-x-x-x');
  });

  it('is asked at every beat again as soon as it answers', () => {
    const patience = new HostPatience();
    asked(patience, times(4, false));
    expect(asked(patience, times(5, true))).toBe('-xxxx');
  });

  it('that is away lets the others be asked as ever', () => {
    const patience = new HostPatience();
    asked(patience, times(2, false));
    expect(patience.isDue('another')).toBe(true);
  });
});
