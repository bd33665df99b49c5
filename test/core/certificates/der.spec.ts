import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex, sameBytes } from '../../../src/core/certificates/bytes.ts';
import { DerError, DerReader, Tag } from '../../../src/core/certificates/der.ts';

const reader = (text: string): DerReader => new DerReader(Uint8Array.from(Buffer.from(text, 'hex')));

describe('DerReader', () => {
  it('reads values one after the other', () => {
    const values = reader('020105 0401aa 3003020107'.replaceAll(' ', ''));
    expect(values.integer()).toBe('05');
    expect(values.hex(Tag.octetString)).toBe('aa');
    expect(values.inside(Tag.sequence).integer()).toBe('07');
    expect(values.isAtEnd).toBe(true);
  });

  it('gives the whole of a value with its tag and length', () => {
    expect(hex(reader('3003020107ff').whole(Tag.sequence))).toBe('3003020107');
  });

  it('leaves a value alone that is not the optional one', () => {
    const values = reader('020105');
    expect(values.optional(Tag.boolean)).toBeNull();
    expect(values.insideOptional(Tag.sequence)).toBeNull();
    expect(values.integer()).toBe('05');
  });

  it('reads lengths of one, two and three bytes', () => {
    const ofLength = (length: number, header: string): number =>
      reader(header + '00'.repeat(length)).content(Tag.octetString).length;
    expect(ofLength(127, '047f')).toBe(127);
    expect(ofLength(128, '048180')).toBe(128);
    expect(ofLength(256, '04820100')).toBe(256);
    expect(ofLength(65_536, '0483010000')).toBe(65_536);
  });

  it.each([
    ['another tag', '0401aa'],
    ['a value that is cut off', '3005020105'],
    ['a length that is cut off', '3082'],
    ['the end', ''],
    ['an indefinite length (X.690, 10.1)', '30800000'],
    ['a length in too many octets', '30810100'],
    ['a length with a leading zero', `308200ff${'00'.repeat(255)}`],
    ['a length of four octets', '308400000001aa'],
    ['a length in more octets than there are', '30ff'],
  ])('refuses %s', (_, text) => {
    expect(() => reader(text).inside(Tag.sequence)).toThrow(DerError);
  });

  it('lets nothing inside a value reach beyond its end', () => {
    const values = reader('3003 0405aabb ccddee'.replaceAll(' ', ''));
    const inside = values.inside(Tag.sequence);
    expect(() => inside.content(Tag.octetString)).toThrow(DerError);
  });

  it('refuses what was not read', () => {
    expect(() => reader('00').end()).toThrow('1 bytes too many');
  });

  it.each([
    ['0603550403', '2.5.4.3'],
    ['06062a864886f70d', '1.2.840.113549'],
    ['06012a', '1.2'],
    ['06028837', '2.999'],
    ['060100', '0.0'],
  ])('reads the object identifier %s as %s', (text, dotted) => {
    expect(reader(text).oid()).toBe(dotted);
  });

  it.each(['0600', '060188', '0603558003', '06032a8080', '0607558fffffffff7f'])(
    'refuses the object identifier %s',
    (text) => {
      expect(() => reader(text).oid()).toThrow(DerError);
    },
  );

  it.each([
    ['020100', '00'],
    ['02020080', '80'],
    ['020180', '80'],
    ['0202ff7f', 'ff7f'],
  ])('reads the number %s as %s', (text, digits) => {
    expect(reader(text).integer()).toBe(digits);
  });

  it.each(['0200', '02020001', '0202ff80'])('refuses the number %s, which is not in its shortest form', (text) => {
    expect(() => reader(text).integer()).toThrow(DerError);
  });

  it('throws nothing but DerError, whatever the bytes', () => {
    const walk = (values: DerReader, depth: number): void => {
      while (!values.isAtEnd) {
        const tag = values.nextTag ?? 0;
        if (tag === Tag.oid) values.oid();
        else if (tag === Tag.integer) values.integer();
        else if (tag >= 0x30 && depth < 30) walk(values.inside(tag), depth + 1);
        else values.skip(tag);
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          walk(new DerReader(bytes), 0);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(DerError);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('bytes', () => {
  it('are written as Node writes them', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(hex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
      }),
    );
  });

  it('are the same only when all are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (bytes, at) => {
        const changed = bytes.with(at % bytes.length, (bytes[at % bytes.length] ?? 0) ^ 1);
        expect(sameBytes(bytes, Uint8Array.from(bytes))).toBe(true);
        expect(sameBytes(bytes, changed)).toBe(false);
        expect(sameBytes(bytes, bytes.subarray(1))).toBe(false);
      }),
    );
  });
});
