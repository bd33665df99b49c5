import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberInAnyBase, signedNumber, unsignedNumber } from '../../../../src/core/corosync/conf/number.ts';

describe('numbers as strtoll reads them', () => {
  it.each([
    ['0', 0n],
    ['007', 7n],
    ['+3', 3n],
    ['-0', 0n],
    ['-12', -12n],
    ['\v\f\r 5', 5n],
    ['9223372036854775807', 9_223_372_036_854_775_807n],
    ['-9223372036854775808', -9_223_372_036_854_775_808n],
  ])('%j is %s', (text, number) => {
    expect(signedNumber(text)).toBe(number);
  });

  it.each(['', ' ', '+', '-', '+-1', '- 1', '1 ', '1a', 'a1', '0x1', '1.0', '1e3', '１', '\u00a01'])(
    '%j is none',
    (text) => {
      expect(signedNumber(text)).toBeNull();
      expect(unsignedNumber(text)).toBeNull();
    },
  );

  it('gives up beyond 64 bits instead of coming close', () => {
    expect(signedNumber('9223372036854775808')).toBeNull();
    expect(signedNumber('-9223372036854775809')).toBeNull();
    expect(unsignedNumber('18446744073709551616')).toBeNull();
    expect(unsignedNumber('-18446744073709551616')).toBeNull();
  });

  it('wraps a negative number around where corosync wants an unsigned one', () => {
    expect(unsignedNumber('-1')).toBe(18_446_744_073_709_551_615n);
    expect(unsignedNumber('-18446744073709551615')).toBe(1n);
  });

  it('reads back every number it is shown', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
        expect(signedNumber(String(number))).toBe(number);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (number) => {
        expect(unsignedNumber(String(number))).toBe(number);
      }),
    );
  });
});

describe('numbers as strtol reads them in any base', () => {
  it.each([
    ['46', 46],
    ['0x2e', 46],
    ['0X2E', 46],
    ['056', 46],
    ['0', 0],
    ['+1', 1],
    ['-5', -5],
    ['', 0],
  ])('%j is %d', (text, number) => {
    expect(numberInAnyBase(text)).toBe(number);
  });

  it.each(['08', '0x', '1x', 'x', '1 ', '0b1'])('%j is none', (text) => {
    expect(numberInAnyBase(text)).toBeNull();
  });
});
