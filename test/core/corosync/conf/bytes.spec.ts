import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteString, bytesOf } from '../../../../src/core/corosync/conf/bytes.ts';

describe('byte strings', () => {
  it('give back every byte there is', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(bytesOf(byteString(all))).toEqual(all);
  });

  it('give back any bytes, valid UTF-8 or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        const text = byteString(bytes);
        expect(text).toHaveLength(bytes.length);
        expect(bytesOf(text)).toEqual(bytes);
      }),
    );
  });

  it('take a text of two UTF-8 bytes for two characters', () => {
    expect(byteString(new TextEncoder().encode('é'))).toBe('\u00c3\u00a9');
  });

  it('refuse a text that was never bytes', () => {
    expect(() => bytesOf('€')).toThrow(RangeError);
    expect(() => bytesOf('😀')).toThrow(RangeError);
  });
});
