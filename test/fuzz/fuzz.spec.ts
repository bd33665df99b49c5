import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attempt, MAX_MS } from './attempt.ts';
import { readCases, writeFind } from './finds.ts';
import { chanceFor, runSlice, type Find } from './slice.ts';
import type { Target } from './target.ts';
import { sharesOf, TARGETS, targetNamed } from './targets.ts';

const INPUTS = 100_000;
const SEED = 1;

/** The findings without the inputs, which may be large. */
const told = (finds: readonly Find[]): readonly unknown[] => finds.map(({ index, fault }) => ({ index, ...fault }));

describe('a short run of mutated inputs', () => {
  it.each(sharesOf(TARGETS, INPUTS).map(([target, share]) => [target.name, share, target] as const))(
    'finds nothing in the reader %s: none of %i throws, takes long, or makes health of garbage (invariant 21)',
    { timeout: 120_000 },
    (_, count, target) => {
      const finds: Find[] = [];
      const understood = runSlice({ target, seed: SEED, from: 0, count }, (find) => finds.push(find));
      expect(told(finds)).toEqual([]);
      expect(understood).toBeGreaterThan(count / 100);
      expect(understood).toBeLessThan(count * 0.9);
    },
  );
});

describe('what was found once', () => {
  const files = globSync('finds/*.jsonl', { cwd: import.meta.dirname });
  const cases = files.flatMap((file) => readCases(readFileSync(new URL(file, import.meta.url), 'utf8')));

  it('is kept', () => {
    expect(cases.length).toBeGreaterThan(2);
  });

  it.each(cases.map((one) => [one.target, one.fault.says.split('\n')[0] ?? '', one] as const))(
    'is mended in the reader %s: %s',
    (target, _, { input }) => {
      expect(attempt(targetNamed(target), input).fault).toBeNull();
    },
  );
});

describe('the search itself', () => {
  const reader = (
    read: (input: string) => string,
    judge: (input: string, reading: string) => string | null,
  ): Target<string, string> => ({
    ...{ name: 'bad', weight: 1, draw: (chance) => String(chance()), read, judge },
    takes: () => true,
  });
  const busy = (ms: number): void => {
    const begun = process.threadCpuUsage();
    const spent = (): number => {
      const { user, system } = process.threadCpuUsage(begun);
      return (user + system) / 1_000;
    };
    while (spent() < ms);
  };

  it.each([
    [
      'throws',
      reader(
        () => {
          throw new Error('no such thing');
        },
        () => null,
      ),
      { kind: 'thrown', says: /no such thing/ },
    ],
    [
      'is slow',
      reader(
        (input) => {
          busy(1.2 * MAX_MS);
          return input;
        },
        () => null,
      ),
      { kind: 'slow', says: /processor time/ },
    ],
    [
      'says what is not there',
      reader(
        (input) => input,
        () => 'a lie',
      ),
      { kind: 'untrue', says: /a lie/ },
    ],
    [
      'cannot be judged',
      reader(
        (input) => input,
        () => {
          throw new Error('what is it?');
        },
      ),
      { kind: 'untrue', says: /what is it/ },
    ],
  ] as const)('finds a reader that %s', (_, target, { kind, says }) => {
    const finds: Find[] = [];
    runSlice({ target, seed: SEED, from: 7, count: 1 }, (find) => finds.push(find));
    expect(finds).toMatchObject([{ target: 'bad', index: 7, fault: { kind } }]);
    expect(finds[0]?.fault.says).toMatch(says);
  });

  it('does not take a reader for slow that was so only once', () => {
    let first = true;
    const target = reader(
      (input) => {
        if (first) busy(1.2 * MAX_MS);
        first = false;
        return input;
      },
      () => null,
    );
    expect(attempt(target, 'x')).toEqual({ taken: true, fault: null });
  });

  it.each(TARGETS.map((target) => [target.name, target] as const))(
    'makes the same inputs of one seed, and others of another: %s',
    (name, target) => {
      const drawn = (seed: number): unknown[] =>
        Array.from({ length: 20 }, (_, index) => target.draw(chanceFor(name, seed, index)));
      expect(drawn(1)).toEqual(drawn(1));
      expect(drawn(1)).not.toEqual(drawn(2));
    },
  );

  it('writes an input so that it can be tried again: text, bytes, and what is made of text', () => {
    const fault = { kind: 'untrue', says: 'x' } as const;
    const inputs = ['\ud800\0\n"', Buffer.from([0, 255, 10]), [{ exitCode: 1, stdout: '\n', stderr: '' }]];
    const finds = inputs.map((input, index) => ({ target: 't', seed: 1, index, fault, input }));
    expect(readCases(finds.map(writeFind).join('')).map(({ input }) => input)).toEqual(inputs);
  });
});
