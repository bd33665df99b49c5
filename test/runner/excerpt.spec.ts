import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Excerpt } from './excerpt.ts';

const excerptOf = (lines: readonly string[], limits: { beginning: number; end: number }): string[] => {
  const shown: string[] = [];
  const excerpt = new Excerpt((line) => shown.push(line), limits);
  for (const line of lines) excerpt.add(line);
  excerpt.close('unit.log');
  return shown;
};

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

describe('An excerpt', () => {
  it('shows the beginning as it comes, before the program has ended', () => {
    const shown: string[] = [];
    const excerpt = new Excerpt((line) => shown.push(line), { beginning: 2, end: 1 });
    for (const line of numbered(3)) excerpt.add(line);
    expect(shown).toEqual(['line 1', 'line 2']);
  });

  it('shows beginning and end of what is long, and says how much is between them and where it is', () => {
    expect(excerptOf(numbered(10), { beginning: 2, end: 3 })).toEqual([
      'line 1',
      'line 2',
      '… 5 lines left out; all of them: unit.log',
      'line 8',
      'line 9',
      'line 10',
    ]);
  });

  it('leaves nothing out of what is short, and adds nothing', () => {
    const lines = fc.array(fc.string(), { maxLength: 30 });
    const limits = fc.record({ beginning: fc.nat(30), end: fc.integer({ min: 1, max: 30 }) });
    fc.assert(
      fc.property(lines, limits, (given, { beginning, end }) => {
        fc.pre(given.length <= beginning + end);
        expect(excerptOf(given, { beginning, end })).toEqual(given);
      }),
    );
  });

  it('never shows more than it may, and one line to say so', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(30), fc.integer({ min: 1, max: 30 }), (count, beginning, end) => {
        const shown = excerptOf(numbered(count), { beginning, end });
        expect(shown.length).toBeLessThanOrEqual(beginning + end + 1);
        expect(shown.at(-1)).toBe(count === 0 ? undefined : `line ${count}`);
      }),
    );
  });
});
