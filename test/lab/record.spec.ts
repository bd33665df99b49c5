import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { NodeSamples, Sample } from './record.ts';
import { parseSample, SampleRecord } from './record.ts';

const STEP = 50;
const quorum = { quorate: true, expectedVotes: 3, totalVotes: 3, quorum: 2, deviceVotes: 1, flags: 450 };

/** One look every 50 ms from time 0, one character each: `q` quorate with vote, `n` quorate without, `-` inquorate, `x` corosync down, blank for no look. */
function looks(pattern: string): Sample[] {
  return [...pattern].flatMap((mark, index): Sample[] => {
    const at = index * STEP;
    if (mark === ' ') return [];
    if (mark === 'x') return [{ at, quorum: null }];
    const deviceVotes = mark === 'q' ? 1 : 0;
    return [{ at, quorum: { ...quorum, quorate: mark !== '-', deviceVotes } }];
  });
}

function recordOf(patterns: Record<string, string>, cluster = 'duo'): SampleRecord {
  const series: NodeSamples[] = Object.entries(patterns).map(([node, pattern]) => ({
    node,
    cluster,
    samples: looks(pattern),
  }));
  const length = Math.max(...Object.values(patterns).map((pattern) => pattern.length));
  return new SampleRecord(series, 0, (length - 1) * STEP);
}

describe('a line of the sampler', () => {
  it('is read field by field', () => {
    expect(parseSample('1795396585008 1 3 2 2 1 450\n')).toEqual({
      at: 1795396585008,
      quorum: { quorate: true, expectedVotes: 3, totalVotes: 2, quorum: 2, deviceVotes: 1, flags: 450 },
    });
    expect(parseSample('1795396585008 0 3 1 2 0 0')?.quorum?.quorate).toBe(false);
  });

  it('may say that corosync is down', () => {
    expect(parseSample('1795396585008 down')).toEqual({ at: 1795396585008, quorum: null });
  });

  it.each(['1795396585008 1 3 2', '17953', '1795396585008 dow'])('cut short by a power cut is no look: %j', (line) => {
    expect(parseSample(line)).toBeNull();
  });

  it.each(['x 1 3 2 2 1 450', '1 1 3 2 2 1 450 9', '1 yes 3 2 2 1 450'])('of another form is an error: %j', (line) => {
    expect(() => parseSample(line)).toThrow('not a line of the sampler');
  });
});

describe('intervals', () => {
  it('reach from the first look that shows them to the first that no longer does', () => {
    const record = recordOf({ 'duo-1': 'qq--q-q' });
    expect(record.inquorate()).toEqual([
      { node: 'duo-1', start: 100, end: 200 },
      { node: 'duo-1', start: 250, end: 300 },
    ]);
  });

  it('that are still open end with the record', () => {
    expect(recordOf({ 'duo-1': 'qqq--' }).inquorate()).toEqual([{ node: 'duo-1', start: 150, end: 200 }]);
  });

  it('count a corosync that does not answer as inquorate and without vote', () => {
    const record = recordOf({ 'duo-1': 'qxq' });
    expect(record.inquorate()).toEqual([{ node: 'duo-1', start: 50, end: 100 }]);
    expect(record.withoutDeviceVote()).toEqual([{ node: 'duo-1', start: 50, end: 100 }]);
  });

  it('of one node leave the others out, and an unwatched node is an error rather than an empty answer', () => {
    const record = recordOf({ 'duo-1': 'q-q', 'duo-2': 'qqq' });
    expect(record.inquorate('duo-2')).toEqual([]);
    expect(record.inquorate('duo-1')).toHaveLength(1);
    expect(() => record.inquorate('duo-3')).toThrow('duo-3 was not watched');
  });

  it('cover exactly the looks that are bad', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[qn\-x]{1,40}$/), (pattern) => {
        const intervals = recordOf({ 'duo-1': `${pattern}q` }).inquorate();
        const covered = [...pattern].map((_, index) =>
          intervals.some(({ start, end }) => start <= index * STEP && index * STEP < end),
        );
        expect(covered).toEqual([...pattern].map((mark) => mark === '-' || mark === 'x'));
      }),
    );
  });
});

describe('a vote that is away', () => {
  it('is told from a lost quorum', () => {
    const record = recordOf({ 'duo-1': 'qnnq' });
    expect(record.withoutDeviceVote()).toEqual([{ node: 'duo-1', start: 50, end: 150 }]);
    expect(record.inquorate()).toEqual([]);
  });

  it('on all nodes at once is what their intervals share', () => {
    const record = recordOf({ 'duo-1': 'qnnnqqnq', 'duo-2': 'qqqnnqqq' });
    expect(record.simultaneouslyWithoutVote('duo')).toEqual([{ node: 'duo', start: 150, end: 200 }]);
  });

  it('on one node after the other is never on all at once', () => {
    const record = recordOf({ 'duo-1': 'qnnqqq', 'duo-2': 'qqqnnq' });
    expect(record.simultaneouslyWithoutVote('duo')).toEqual([]);
  });

  it('of a cluster that was not watched is an error', () => {
    expect(() => recordOf({ 'duo-1': 'q' }).simultaneouslyWithoutVote('trio')).toThrow('no node of trio');
  });
});

describe('gaps', () => {
  it('are the longest time without a look', () => {
    expect(recordOf({ 'duo-1': 'qqq   qq' }).largestGapMs()).toBe(200);
  });

  it('at the edges count as well', () => {
    expect(recordOf({ 'duo-1': '    qq', 'duo-2': 'qqqqqq' }).largestGapMs('duo-1')).toBe(200);
    expect(recordOf({ 'duo-1': 'qq    ', 'duo-2': 'qqqqqq' }).largestGapMs('duo-1')).toBe(200);
  });

  it('are the whole record where there was no look', () => {
    expect(recordOf({ 'duo-1': ' ', 'duo-2': 'qqqqq' }).largestGapMs('duo-1')).toBe(200);
  });

  it('are those of the worst node where none is named', () => {
    expect(recordOf({ 'duo-1': 'qqqqq', 'duo-2': 'q   q' }).largestGapMs()).toBe(200);
  });
});

describe('a record', () => {
  it('leaves out what was seen before its start or after its end', () => {
    const samples = looks('-qqqq-');
    const record = new SampleRecord([{ node: 'duo-1', cluster: 'duo', samples }], STEP, 4 * STEP);
    expect(record.count()).toBe(4);
    expect(record.inquorate()).toEqual([]);
  });

  it('counts looks, of one node or of all', () => {
    const record = recordOf({ 'duo-1': 'qq q', 'duo-2': 'qqqq' });
    expect([record.count('duo-1'), record.count()]).toEqual([3, 7]);
  });
});

describe('the assertion that no node was ever inquorate', () => {
  const second = 'q'.repeat(21);

  it('passes where every node was seen quorate all the time', () => {
    expect(() => {
      recordOf({ 'duo-1': second, 'duo-2': second }).assertNeverInquorate();
    }).not.toThrow();
  });

  it('names node, length and moment of a loss', () => {
    const record = recordOf({ 'duo-1': second, 'duo-2': `qq--${second}` });
    expect(() => {
      record.assertNeverInquorate();
    }).toThrow('duo-2 was not quorate for 100 ms, from 1970-01-01T00:00:00.100Z (100 ms after the start)');
  });

  it('may leave out a node that the test itself has switched off', () => {
    const record = recordOf({ 'duo-1': second, 'duo-2': 'qq--' });
    expect(() => {
      record.assertNeverInquorate({ nodes: ['duo-1'] });
    }).not.toThrow();
  });

  it('fails where nobody looked for too long, as there a loss may have been', () => {
    const record = recordOf({ 'duo-1': `${second}${' '.repeat(25)}${second}` });
    expect(() => {
      record.assertNeverInquorate();
    }).toThrow('duo-1 was not looked at for 1300 ms, more than 1000 ms');
  });

  it('fails where there were too few looks', () => {
    const record = recordOf({ 'duo-1': 'q         q         q' });
    expect(() => {
      record.assertNeverInquorate();
    }).toThrow('duo-1 was looked at 3 times, less than 10');
  });

  it('fails where nothing was watched at all', () => {
    expect(() => {
      new SampleRecord([], 0, 1000).assertNeverInquorate();
    }).toThrow('no node was watched');
    expect(() => {
      recordOf({ 'duo-1': ' ' }).assertNeverInquorate();
    }).toThrow('looked at 0 times');
  });

  it('cannot pass where one look shows a loss, wherever it is', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.constantFrom('-', 'x'), (place, mark) => {
        const pattern = [...'q'.repeat(41)].map((look, index) => (index === place ? mark : look)).join('');
        expect(() => {
          recordOf({ 'duo-1': pattern }).assertNeverInquorate();
        }).toThrow('duo-1 was not quorate');
      }),
    );
  });
});
