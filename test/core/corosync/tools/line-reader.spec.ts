import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escaped, excerpt } from '../../../../src/core/corosync/tools/escaped-text.ts';
import { LineReader, refuseWhole, Unreadable } from '../../../../src/core/corosync/tools/line-reader.ts';
import { u32 } from '../../../../src/core/corosync/tools/printed-values.ts';

const faultOf = (act: () => unknown): Pick<Unreadable, 'expected' | 'lineNumber' | 'seen'> => {
  try {
    act();
  } catch (fault) {
    if (fault instanceof Unreadable) {
      const { expected, lineNumber, seen } = fault;
      return { expected, lineNumber, seen };
    }
    throw fault;
  }
  throw new Error('nothing was refused');
};

describe('a reader of lines', () => {
  it('reads what it is told to, once and in order', () => {
    const lines = new LineReader('head\nA: 1\nB: 2\nB: 3\nfree text\n');
    lines.literally('head');
    expect(lines.field('A: ', u32)).toBe(1);
    expect(lines.optionalField('X: ', u32)).toBeNull();
    expect(lines.fields('B: ', u32)).toEqual([2, 3]);
    expect(lines.nextStartsWith('free')).toBe(true);
    expect(lines.take('anything')).toBe('free text');
    expect(lines.peek()).toBeNull();
    expect(() => lines.end()).not.toThrow();
  });

  it('stays where it is when it refuses, and names the line', () => {
    const lines = new LineReader('A: 1\nB: x\n');
    lines.literally('A: 1');
    expect(faultOf(() => lines.field('B: ', u32))).toEqual({
      expected: '"B:" and its value',
      lineNumber: 2,
      seen: 'B: x',
    });
    expect(faultOf(() => lines.optionalField('B: ', u32))).toMatchObject({ lineNumber: 2 });
    expect(faultOf(() => lines.fields('B: ', u32))).toMatchObject({ lineNumber: 2 });
    expect(faultOf(() => lines.literally('C'))).toEqual({ expected: '"C"', lineNumber: 2, seen: 'B: x' });
    expect(faultOf(() => lines.line('a number', u32))).toEqual({ expected: 'a number', lineNumber: 2, seen: 'B: x' });
    expect(faultOf(() => lines.end())).toEqual({ expected: 'the end of the output', lineNumber: 2, seen: 'B: x' });
    expect(lines.take('B')).toBe('B: x');
  });

  it('says that there is nothing more', () => {
    const lines = new LineReader('');
    expect(faultOf(() => lines.take('a line'))).toEqual({ expected: 'a line', lineNumber: 1, seen: null });
    expect(faultOf(() => lines.field('A: ', u32))).toMatchObject({ lineNumber: 1, seen: null });
    expect(lines.optionalField('A: ', u32)).toBeNull();
  });

  it('refuses a last line without an end', () => {
    expect(faultOf(() => new LineReader('a\nb'))).toEqual({
      expected: 'the end of the line',
      lineNumber: 2,
      seen: 'b',
    });
  });

  it('can refuse for a reason that is in no line', () => {
    expect(faultOf(() => refuseWhole('both alike'))).toEqual({ expected: 'both alike', lineNumber: null, seen: null });
  });

  it('gives back any lines whatever as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.string().map((text) => text.replaceAll('\n', ''))), (texts) => {
        const lines = new LineReader(texts.map((text) => `${text}\n`).join(''));
        expect(texts.map(() => lines.take('a line'))).toEqual(texts);
        lines.end();
      }),
    );
  });
});

describe('escaped text', () => {
  it.each([
    ['plain "text" (1)', 'plain "text" (1)'],
    ['a\tb\nc', 'a\\u0009b\\u000ac'],
    ['back\\slash', 'back\\u005cslash'],
    ['\u001b[31mred', '\\u001b[31mred'],
    ['\u202egpj.exe', '\\u202egpj.exe'],
    ['ä', '\\u00e4'],
    ['\ud83d\ude00', '\\ud83d\\ude00'],
    ['\ud83d', '\\ud83d'],
    ['', ''],
  ])('of %j is %s', (text, expected) => {
    expect(escaped(text, 100)).toBe(expected);
  });

  it('is printable ASCII and different for different texts', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 50 });
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        expect(escaped(one, 200)).toMatch(/^[ -~]*$/);
        expect(escaped(one, 200) === escaped(other, 200)).toBe(one === other);
      }),
    );
  });

  it('is cut visibly, and only when it is too long', () => {
    expect([excerpt('x'.repeat(80)), excerpt('x'.repeat(81))]).toEqual(['x'.repeat(80), `${'x'.repeat(80)}…`]);
    expect(excerpt('\n'.repeat(1_000_000)).length).toBe(6 * 80 + 1);
  });
});
