import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES, meaningOf } from '../../../../src/core/corosync/conf/line.ts';

describe('the meaning of a line', () => {
  it.each(['', '\n', '  \t\r\n', '#', '  # a: b {', '#}\n'])('%j is a remark', (raw) => {
    expect(meaningOf(raw)).toEqual({ kind: 'remark' });
  });

  it.each([
    ['totem {\n', 'totem'],
    ['\ttotem{\r\n', 'totem'],
    ['totem : {', 'totem'],
    ['totem:::{', 'totem'],
    [':{', ':'],
    [': : {', ':'],
    ['a:b {', 'a:b'],
    ['a}b {', 'a}b'],
    ['two words {', 'two words'],
  ])('%j opens the section %j', (raw, name) => {
    expect(meaningOf(raw)).toEqual({ kind: 'opening', name });
  });

  it.each([
    ['a: b\n', 'a', 'b'],
    ['a:b', 'a', 'b'],
    ['\t a \t:\t b c \t\r\n', 'a', 'b c'],
    ['a:', 'a', ''],
    ['a:   ', 'a', ''],
    ['a::b', 'a', ':b'],
    ['a: : b', 'a', ': b'],
    ['a: }', 'a', '}'],
    ['} : a', '}', 'a'],
    ['a: b # c', 'a', 'b # c'],
    ['a: b\r\r\n', 'a', 'b\r'],
    ['a: \v', 'a', '\v'],
  ])('%j is an item', (raw, key, value) => {
    expect(meaningOf(raw)).toEqual({ kind: 'item', key, value });
  });

  it.each(['}', '  }\t\r\n', '}\r'])('%j closes a section', (raw) => {
    expect(meaningOf(raw)).toEqual({ kind: 'closing' });
  });

  it('asks for "{" before ":" before "}", as coroparse.c:parse_section does', () => {
    expect(meaningOf('a: b } {')).toEqual({ kind: 'opening', name: 'a: b }' });
    expect(meaningOf('} :')).toEqual({ kind: 'item', key: '}', value: '' });
    expect(meaningOf('} }')).toEqual({ kind: 'wrong', code: 'text_beside_closing_brace' });
  });

  it('counts the bytes before the line feed, and a carriage return among them', () => {
    const full = `#${'x'.repeat(MAX_LINE_BYTES - 1)}`;
    expect(meaningOf(`${full}\n`).kind).toBe('remark');
    expect(meaningOf(full).kind).toBe('remark');
    expect(meaningOf(`${full}\r\n`)).toEqual({ kind: 'wrong', code: 'line_too_long' });
  });

  it('refuses a no-break space only where releases would differ over it', () => {
    expect(meaningOf('a: b\u00a0c')).toEqual({ kind: 'item', key: 'a', value: 'b\u00a0c' });
    for (const raw of ['\u00a0', 'a\u00a0: b', 'a:\u00a0b', 'a: b\u00a0', '\u00a0a: b', 'a\u00a0{', 'a {\u00a0']) {
      expect(meaningOf(raw)).toEqual({ kind: 'wrong', code: 'no_break_space' });
    }
  });

  it('never throws, and finds the same with any terminator', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const line = text.replace(/[\r\n]/g, '');
        expect(meaningOf(`${line}\n`)).toEqual(meaningOf(line));
        expect(meaningOf(`${line}\r\n`)).toEqual(meaningOf(line));
      }),
    );
  });
});
