import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSerialNumber, serialNumber } from '../../../src/core/certificates/serial.ts';

const bytes = (length: number, first: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i === 0 ? first : 0xff));

describe('serialNumber', () => {
  it('writes the bytes as hexadecimal digits', () => {
    const made = serialNumber(Uint8Array.from([0x01, 0x02, 0xab, ...Array<number>(13).fill(0)]));
    expect(made).toMatchObject({ ok: true, value: `0102ab${'00'.repeat(13)}` });
  });

  it.each([16, 17, 18, 19])('takes %i bytes', (length) => {
    expect(serialNumber(bytes(length, 0x7f)).ok).toBe(true);
  });

  it.each([0, 1, 8, 15, 20, 64])('refuses %i bytes (RFC 5280, 4.1.2.2)', (length) => {
    const refused = serialNumber(bytes(length, 0x01));
    expect(refused).toMatchObject({ ok: false, findings: [{ code: 'invalid_serial', params: { bytes: length } }] });
  });

  it.each([0x80, 0xff])('refuses a first byte of %i, which would make the number negative', (first) => {
    expect(serialNumber(bytes(18, first)).ok).toBe(false);
  });

  it('refuses a leading zero, which DER would leave out', () => {
    expect(serialNumber(bytes(18, 0)).ok).toBe(false);
  });
});

describe('parseSerialNumber', () => {
  it('reads back whatever serialNumber wrote', () => {
    const valid = fc.tuple(fc.integer({ min: 1, max: 0x7f }), fc.uint8Array({ minLength: 15, maxLength: 18 }));
    fc.assert(
      fc.property(valid, ([first, rest]) => {
        const made = serialNumber(Uint8Array.from([first, ...rest]));
        expect(made.ok && parseSerialNumber(made.value)).toEqual(made);
      }),
    );
  });

  it.each([
    '',
    'x',
    '0',
    `${'1f'.repeat(16)}0`,
    'AB'.repeat(16),
    `0x${'1f'.repeat(16)}`,
    '80'.repeat(16),
    ` ${'1f'.repeat(16)}`,
  ])('refuses %j', (text) => {
    expect(parseSerialNumber(text).ok).toBe(false);
  });
});
