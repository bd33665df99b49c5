import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commonNameOf,
  readCertificate,
  type CertificateReading,
} from '../../../src/core/certificates/certificate-reading.ts';
import { iso } from '../../../src/core/time.ts';
import { stockCa, stockServer } from './stock-certificates.ts';

const read = (der: Uint8Array): CertificateReading => {
  const result = readCertificate(der, 'lab1');
  if (!result.ok) throw new Error(result.findings[0]?.message);
  return result.value;
};

/** Replaces the one place with these bytes, given as hexadecimal digits, by as many others. */
const replaced = (der: Uint8Array, from: string, to: string): Uint8Array => {
  const text = Buffer.from(der).toString('hex');
  if (text.split(from).length !== 2 || from.length !== to.length) throw new Error('not exactly one such place');
  return Uint8Array.from(Buffer.from(text.replace(from, to), 'hex'));
};

/** A UTCTime in DER, as hexadecimal digits. */
const utcTime = (text: string): string => `170d${Buffer.from(text).toString('hex')}`;
const BEGINNING = utcTime('261123013315Z');

describe('readCertificate', () => {
  it("reads Debian's own CA, with its hundred years and its one extension", () => {
    const ca = read(stockCa());
    expect(ca).toMatchObject({
      version: 3,
      serial: '65',
      signatureAlgorithm: '1.2.840.113549.1.1.11',
      outerSignatureAlgorithm: '1.2.840.113549.1.1.11',
    });
    expect(commonNameOf(ca.subject)).toBe('QNet CA');
    expect(ca.issuer.der).toEqual(ca.subject.der);
    expect([ca.validity.notBefore, ca.validity.notAfter].map(iso)).toEqual([
      '2026-11-23T01:33:15.000Z',
      '2126-11-23T01:33:15.000Z',
    ]);
    expect(ca.extensions).toEqual({
      keyUsage: null,
      extendedKeyUsage: null,
      basicConstraints: { critical: true, isCa: true, pathLength: 0 },
      subjectKeyId: null,
      authorityKeyId: null,
      others: [],
    });
  });

  it("reads Debian's own server certificate, which has no extension", () => {
    const server = read(stockServer());
    expect(commonNameOf(server.subject)).toBe('Qnetd Server');
    expect(commonNameOf(server.issuer)).toBe('QNet CA');
    expect(server.serial).toBe('66');
    expect(server.spki.length).toBe(294);
    expect(Object.values(server.extensions).flat().filter(Boolean)).toEqual([]);
  });

  it('reads years below 50 as of this century and the others as of the last (RFC 5280, 4.1.2.5.1)', () => {
    const in1950 = replaced(stockServer(), BEGINNING, utcTime('501123013315Z'));
    expect(iso(read(in1950).validity.notBefore)).toBe('1950-11-23T01:33:15.000Z');
  });

  it('reads the 29th of February of a leap year', () => {
    const leap = replaced(stockServer(), BEGINNING, utcTime('280229013315Z'));
    expect(iso(read(leap).validity.notBefore)).toBe('2028-02-29T01:33:15.000Z');
  });

  it.each([
    ['a letter in a time', BEGINNING, utcTime('2611230133x5Z')],
    ['a time without a zone', BEGINNING, utcTime('2611230133150')],
    ['month 0', BEGINNING, utcTime('260023013315Z')],
    ['month 13', BEGINNING, utcTime('261323013315Z')],
    ['day 0', BEGINNING, utcTime('261100013315Z')],
    ['31 November', BEGINNING, utcTime('261131013315Z')],
    ['29 February of no leap year', BEGINNING, utcTime('260229013315Z')],
    ['hour 24', BEGINNING, utcTime('261123243315Z')],
    ['minute 60', BEGINNING, utcTime('261123016015Z')],
    ['second 60', BEGINNING, utcTime('261123013360Z')],
    ['a version that does not exist', 'a003020102', 'a003020103'],
    ['a negative version', 'a003020102', 'a0030201ff'],
    ['a name that is longer than its place', '0603550403130c', '0603550403130d'],
    ['a name that is a list of values', '0603550403130c', '0603550403300c'],
    ['a name in wide characters', '0603550403130c', '06035504031e0c'],
    ['a name that is no ASCII', '0603550403130c51', '0603550403130cd1'],
    ['a name that is no UTF-8', '0603550403130c51', '06035504030c0cff'],
    ['a name without an attribute type', '0603550403130c', '0403550403130c'],
  ])('refuses %s', (_, from, to) => {
    const broken = readCertificate(replaced(stockServer(), from, to), 'lab1');
    expect(broken).toMatchObject({ ok: false, findings: [{ code: 'certificate_unreadable', subject: 'lab1' }] });
  });

  it('refuses a certificate that is cut off anywhere', () => {
    const whole = stockServer();
    for (let end = 0; end < whole.length; end += 7) expect(readCertificate(whole.subarray(0, end), 'x').ok).toBe(false);
  });

  it('refuses bytes behind the certificate', () => {
    expect(readCertificate(Uint8Array.from([...stockServer(), 0]), 'x').ok).toBe(false);
  });

  it('refuses what is larger than any certificate, unread', () => {
    expect(readCertificate(new Uint8Array(70_000), 'x').ok).toBe(false);
  });

  it('never throws, whatever byte of a certificate is changed', () => {
    const whole = stockCa();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        expect(typeof readCertificate(whole.with(at, byte), 'x').ok).toBe('boolean');
      }),
      { numRuns: 5_000 },
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(readCertificate(bytes, 'x').ok).toBe(false);
      }),
    );
  });
});

describe('commonNameOf', () => {
  it('takes the last of several names, as NSS does', () => {
    const attributes = ['first', 'last'].map((text) => ({ oid: '2.5.4.3', text }));
    expect(commonNameOf({ der: new Uint8Array(), attributes })).toBe('last');
  });

  it('is null without a CN', () => {
    expect(commonNameOf({ der: new Uint8Array(), attributes: [{ oid: '2.5.4.10', text: 'lab1' }] })).toBeNull();
  });
});
