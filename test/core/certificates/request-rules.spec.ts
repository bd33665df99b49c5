import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  judgePublicKey,
  judgeRequest,
  MAX_REQUEST_BYTES,
  type PresentedRequest,
  type PublicKeyReading,
} from '../../../src/core/certificates/request-rules.ts';

const rsa: PublicKeyReading = { kind: 'rsa', modulusBits: 2_048, modulusIsOdd: true, exponent: 65_537n };
const ec: PublicKeyReading = { kind: 'ec', curve: 'prime256v1', pointIsUncompressed: true };
const good: PresentedRequest = { sizeBytes: 600, key: rsa, provesPossession: () => true };

const refusal = (request: PresentedRequest): string | undefined => judgeRequest(request, 'lab1')?.code;
const keyRefusal = (key: PublicKeyReading): string | undefined => judgePublicKey(key, 'lab1')?.code;

describe('judgeRequest', () => {
  it.each<[string, PublicKeyReading]>([
    ['RSA-2048', rsa],
    ['RSA-3072', { ...rsa, modulusBits: 3_072 }],
    ['RSA-4096', { ...rsa, modulusBits: 4_096 }],
    ['P-256', ec],
    ['P-384', { ...ec, curve: 'secp384r1' }],
  ])('takes a request of %s that is signed by its own key', (_, key) => {
    expect(judgeRequest({ ...good, key }, 'lab1')).toBeNull();
  });

  it('refuses a request that its key did not sign, however good the key (invariant 16)', () => {
    expect(refusal({ ...good, provesPossession: () => false })).toBe('possession_not_proven');
    expect(refusal({ ...good, key: ec, provesPossession: () => false })).toBe('possession_not_proven');
  });

  it('refuses one byte more than the cap and takes the cap', () => {
    expect(refusal({ ...good, sizeBytes: MAX_REQUEST_BYTES })).toBeUndefined();
    expect(refusal({ ...good, sizeBytes: MAX_REQUEST_BYTES + 1 })).toBe('request_too_large');
  });

  it('never checks a signature with a key that is refused, as that is the slow part', () => {
    const mustNotBeAsked = (): boolean => {
      throw new Error('asked for possession');
    };
    const monstrous: PublicKeyReading = { ...rsa, modulusBits: 100_000 };
    expect(refusal({ sizeBytes: 9, key: monstrous, provesPossession: mustNotBeAsked })).toBe('rsa_key_too_long');
    expect(refusal({ sizeBytes: 99_999, key: rsa, provesPossession: mustNotBeAsked })).toBe('request_too_large');
  });

  it('names whom it concerns, and why', () => {
    const finding = judgeRequest({ ...good, key: { kind: 'other', name: 'ed25519' } }, 'lab1');
    expect(finding).toMatchObject({ subject: 'lab1', severity: 'error', code: 'key_kind_refused' });
    expect(finding?.message).toContain('certutil -R');
  });
});

describe('judgePublicKey', () => {
  it.each(['ed25519', 'ed448', 'x25519', 'dsa', 'dh', 'rsa-pss'])('refuses a key of kind %s', (name) => {
    expect(keyRefusal({ kind: 'other', name })).toBe('key_kind_refused');
  });

  it.each(['secp521r1', 'secp224r1', 'secp256k1', 'brainpoolP256r1', 'explicit parameters', ''])(
    'refuses curve %j',
    (curve) => {
      expect(keyRefusal({ ...ec, curve })).toBe('curve_refused');
    },
  );

  it('refuses a compressed point', () => {
    expect(keyRefusal({ ...ec, pointIsUncompressed: false })).toBe('point_compressed');
  });

  it('refuses every RSA length outside 2048 to 4096', () => {
    const outside = fc.oneof(fc.integer({ min: 0, max: 2_047 }), fc.integer({ min: 4_097, max: 1_000_000 }));
    fc.assert(
      fc.property(outside, (modulusBits) => {
        expect(keyRefusal({ ...rsa, modulusBits })).toBe(
          modulusBits < 2_048 ? 'rsa_key_too_short' : 'rsa_key_too_long',
        );
      }),
    );
  });

  it('refuses an even modulus', () => {
    expect(keyRefusal({ ...rsa, modulusIsOdd: false })).toBe('rsa_modulus_even');
  });

  it.each([0n, 1n, 2n, 3n, 17n, 65_535n, 65_536n, 65_538n, 0xffff_fffen, 0x1_0000_0001n, 1n << 2_000n])(
    'refuses the exponent %d (NIST SP 800-89, 5.3.3)',
    (exponent) => {
      expect(keyRefusal({ ...rsa, exponent })).toBe('rsa_exponent_refused');
    },
  );

  it.each([65_537n, 65_539n, 0xffff_ffffn])('takes the exponent %d', (exponent) => {
    expect(keyRefusal({ ...rsa, exponent })).toBeUndefined();
  });
});
