import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  certificateProfile,
  keyUsages,
  usualProfile,
  type CertificateKind,
} from '../../../src/core/certificates/profile.ts';
import { DAY_MS, HOUR_MS } from '../../../src/core/time.ts';

const KINDS: readonly CertificateKind[] = ['ca', 'server', 'client'];
const bounds = { ca: [365, 7_300], server: [7, 825], client: [7, 825] } as const;

describe('certificateProfile', () => {
  it.each(KINDS)('takes the shortest and the longest life of a %s', (kind) => {
    for (const validityDays of bounds[kind]) {
      expect(certificateProfile({ kind, validityDays })).toMatchObject({
        ok: true,
        value: { kind, lifetimeMs: validityDays * DAY_MS, backdateMs: HOUR_MS },
      });
    }
  });

  it.each(KINDS)('refuses a life of a %s outside its bounds, and says the bounds', (kind) => {
    const [min, max] = bounds[kind];
    const outside = fc.oneof(fc.integer({ max: min - 1 }), fc.integer({ min: max + 1 }));
    fc.assert(
      fc.property(outside, (validityDays) => {
        const refused = certificateProfile({ kind, validityDays });
        expect(refused).toMatchObject({
          ok: false,
          findings: [{ code: 'invalid_validity', subject: kind, params: { min, max } }],
        });
      }),
    );
  });

  it.each([7.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d days', (validityDays) => {
    expect(certificateProfile({ kind: 'client', validityDays }).ok).toBe(false);
  });

  it('leaves more than a weekend between renewal and the end, even of the shortest life (invariant 17)', () => {
    const shortest = certificateProfile({ kind: 'client', validityDays: 7 });
    expect(shortest.ok && shortest.value.lifetimeMs / 3).toBeGreaterThan(2 * DAY_MS);
  });

  it('lets a CA live longer than what it signs', () => {
    expect(usualProfile('ca').lifetimeMs).toBeGreaterThan(usualProfile('server').lifetimeMs);
    expect(usualProfile('ca').lifetimeMs).toBeGreaterThan(usualProfile('client').lifetimeMs);
  });

  it('gives each kind exactly one extended key usage, and a CA none (RFC 5280, 4.2.1.12)', () => {
    expect(usualProfile('server').extendedKeyUsage).toBe('1.3.6.1.5.5.7.3.1');
    expect(usualProfile('client').extendedKeyUsage).toBe('1.3.6.1.5.5.7.3.2');
    expect(usualProfile('ca').extendedKeyUsage).toBeNull();
  });
});

describe('keyUsages', () => {
  it('lets a CA sign certificates and lists, and nothing else', () => {
    expect(keyUsages('ca', 'rsa')).toEqual(['keyCertSign', 'cRLSign']);
    expect(keyUsages('ca', 'ec')).toEqual(['keyCertSign', 'cRLSign']);
  });

  it('lets a client only sign, without which qnetd refuses it', () => {
    expect(keyUsages('client', 'rsa')).toEqual(['digitalSignature']);
    expect(keyUsages('client', 'ec')).toEqual(['digitalSignature']);
  });

  it('lets an RSA server also encipher keys, and an EC server not', () => {
    expect(keyUsages('server', 'rsa')).toEqual(['digitalSignature', 'keyEncipherment']);
    expect(keyUsages('server', 'ec')).toEqual(['digitalSignature']);
  });
});
