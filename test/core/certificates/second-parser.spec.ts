import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonNameOf, readCertificate } from '../../../src/core/certificates/certificate-reading.ts';
import { stockCa, stockServer } from './stock-certificates.ts';

const openssl = (der: Uint8Array): X509Certificate | null => {
  try {
    return new X509Certificate(der);
  } catch {
    return null;
  }
};

/** OpenSSL shows a negative number with a sign; ours shows its bytes. */
const isNegative = (serial: string): boolean => Number.parseInt(serial.slice(0, 2), 16) >= 0x80;

describe('two parsers of certificates', () => {
  it.each([
    ["Debian's CA", stockCa()],
    ["Debian's server certificate", stockServer()],
  ])('never tell different stories of %s, however it is damaged', (_, whole) => {
    let bothRead = 0;
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const damaged = whole.with(at, byte);
        const ours = readCertificate(damaged, 'x');
        const theirs = openssl(damaged);
        if (!ours.ok || theirs === null || isNegative(ours.value.serial)) return;
        bothRead += 1;
        expect(BigInt(`0x${ours.value.serial}`)).toBe(BigInt(`0x${theirs.serialNumber}`));
        expect(ours.value.validity.notBefore).toBe(theirs.validFromDate.getTime());
        expect(ours.value.validity.notAfter).toBe(theirs.validToDate.getTime());
        const name = commonNameOf(ours.value.subject) ?? '';
        // OpenSSL escapes a blank at either end.
        if (/^[A-Za-z]+( [A-Za-z]+)*$/.test(name)) expect(theirs.subject).toContain(`CN=${name}`);
      }),
      { numRuns: 4_000 },
    );
    // Most damage hits the key and the signature, which both pass over: the comparison did take place.
    expect(bothRead).toBeGreaterThan(500);
  });
});
