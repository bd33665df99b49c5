import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as printed from '../../../../src/core/corosync/tools/printed-values.ts';

const EVERY = [
  printed.u32,
  printed.positiveInt,
  printed.port,
  printed.size,
  printed.u64Text,
  printed.decimalNodeId,
  printed.hexadecimalU32,
  printed.ringId,
  printed.decimalRingId,
  printed.yesOrNo,
  printed.milliseconds,
  printed.endpoint,
  printed.localTime,
] as const;

describe('a number as printf writes it', () => {
  it.each<[string, printed.Printed<unknown>, string, unknown]>([
    ['%u', printed.u32, '4294967295', 4294967295],
    ['%u above 32 bits', printed.u32, '4294967296', undefined],
    ['%d', printed.positiveInt, '2147483647', 2147483647],
    ['%d above its range', printed.positiveInt, '2147483648', undefined],
    ['a port', printed.port, '65535', 65535],
    ['a port above 16 bits', printed.port, '65536', undefined],
    ['%zu', printed.size, '9007199254740991', Number.MAX_SAFE_INTEGER],
    ['%zu that is not exact', printed.size, '9007199254740992', undefined],
    ['%zu of many digits', printed.size, '90071992547409910', undefined],
    ['%llu', printed.u64Text, '18446744073709551615', '18446744073709551615'],
    ['%llu above 64 bits', printed.u64Text, '18446744073709551616', undefined],
    ['a node id', printed.decimalNodeId, '4294967295', 4294967295],
    ['node id 0, which is the device', printed.decimalNodeId, '0', undefined],
    ['%08x', printed.hexadecimalU32, '0xffffffff', 0xffffffff],
    ['%x without its zeros', printed.hexadecimalU32, '0x1', undefined],
    ['%08X', printed.hexadecimalU32, '0xFFFFFFFF', undefined],
    ['%ums', printed.milliseconds, '8000ms', 8000],
    ['%us', printed.milliseconds, '8000s', undefined],
  ])('%s', (_what, value, text, expected) => {
    expect(value(text)).toBe(expected);
  });

  it.each(['', '-1', '+1', '01', ' 1', '1 ', '1.0', '1e3', '0x1', '١', 'NaN', '1\n'])('is not %j', (text) => {
    for (const value of [printed.u32, printed.positiveInt, printed.port, printed.size, printed.u64Text])
      expect(value(text)).toBeUndefined();
  });

  it('is read as what was printed', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffff_ffff }), (value) => {
        expect(printed.u32(`${value}`)).toBe(value);
        expect(printed.hexadecimalU32(`0x${value.toString(16).padStart(8, '0')}`)).toBe(value);
      }),
    );
  });
});

describe('a ring id', () => {
  it.each<[printed.Printed<unknown>, string, unknown]>([
    [printed.ringId, '1.9', { representative: 1, sequence: '9' }],
    [printed.ringId, 'ffffffff.ffffffffffffffff', { representative: 0xffffffff, sequence: 'ffffffffffffffff' }],
    [printed.ringId, '0.0', { representative: 0, sequence: '0' }],
    [printed.ringId, '01.9', undefined],
    [printed.ringId, '1.09', undefined],
    [printed.ringId, '1.A', undefined],
    [printed.ringId, '1', undefined],
    [printed.ringId, '1/9', undefined],
    [printed.decimalRingId, '1/26', { representative: 1, sequence: '1a' }],
    [printed.decimalRingId, '-1/0', { representative: 0xffffffff, sequence: '0' }],
    [printed.decimalRingId, '-2147483648/1', { representative: 0x80000000, sequence: '1' }],
    [printed.decimalRingId, '2147483648/1', undefined],
    [printed.decimalRingId, '-0/1', undefined],
    [printed.decimalRingId, '1/-1', undefined],
    [printed.decimalRingId, '1/18446744073709551616', undefined],
    [printed.decimalRingId, '1.9', undefined],
  ])('%o reads %s as %j', (value, text, expected) => {
    expect(value(text)).toEqual(expected);
  });
});

describe('words and names', () => {
  it('are one of a closed list, without what every object inherits', () => {
    const word = printed.oneOf({ Yes: 1 });
    expect(word('Yes')).toBe(1);
    for (const text of ['yes', 'Yes ', '', 'constructor', '__proto__', 'toString']) expect(word(text)).toBeUndefined();
  });

  it.each(['', 'a\u0000b', 'a\u001b[2J', 'a\u007fb', 'a\u0085b', 'a\u2028b', 'a\nb', 'x'.repeat(256)])(
    'are not printable as %j',
    (text) => {
      expect(printed.printableText(text)).toBeUndefined();
    },
  );

  it('may be missing where corosync did not know them', () => {
    expect([printed.printableOrNothing(''), printed.printableOrNothing('größe')]).toEqual(['', 'größe']);
    expect(printed.printableOrNothing('\n')).toBeUndefined();
  });

  it.each([
    ['a (b)', ['a', 'b']],
    ['a', ['a', null]],
    ['a (b', ['a (b', null]],
    ['a (b) c', ['a (b) c', null]],
    ['a (b) (c)', ['a', 'b) (c']],
  ])('divide at the first bracket: %s', (text, expected) => {
    expect(printed.splitRemark(text)).toEqual(expected);
  });

  it('divide from a port at the last colon', () => {
    expect(printed.endpoint('::1:5403')).toEqual({ host: '::1', port: 5403 });
    for (const text of ['', ':', 'a', '5403', 'a:', ':1', 'a:x', 'a:1:', 'a\u0007:1'])
      expect(printed.endpoint(text)).toBeUndefined();
  });

  it('are spoiled as a list by one member', () => {
    const list = printed.commaSeparated(printed.u32);
    expect(list('1, 2, 3')).toEqual([1, 2, 3]);
    for (const text of ['', '1,2', '1, ', ', 1', '1, x, 3']) expect(list(text)).toBeUndefined();
  });
});

describe('every reader of a value', () => {
  it('answers any text whatever with a value or undefined', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const value of EVERY) expect(() => value(text)).not.toThrow();
      }),
    );
  });

  it('refuses a value with anything before or after it', () => {
    const samples = ['1', '0x00000001', '1.9', '1/9', 'Yes', '8000ms', '2025-11-23T01:02:03'];
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.constantFrom(' ', '\n', '\u0000', '-'), (sample, dirt) => {
        for (const value of EVERY) {
          expect(value(`${sample}${dirt}`)).toBeUndefined();
          if (dirt !== '-') expect(value(`${dirt}${sample}`)).toBeUndefined();
        }
      }),
    );
  });
});
