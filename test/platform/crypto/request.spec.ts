import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { commonNameOf, readCertificate } from '../../../src/core/certificates/certificate-reading.ts';
import { readRequest } from '../../../src/platform/crypto/request.ts';
import { makeAuthority, orderFor, must, type TestAuthority } from './authority.ts';
import { honest, honestRsa, lyingRequests, refusedRequests } from './hostile-requests.ts';
import { request, spkiOf } from './request-builder.ts';

/** The best of three, as a busy machine can only make it longer. */
const fastestMs = (work: () => unknown): number => {
  const once = (): number => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  return Math.min(once(), once(), once());
};

const MAX_MS = 100;

describe('an honest request', () => {
  it.each([
    ['P-256', honest],
    ['RSA-2048', honestRsa],
  ])('gives its public key and nothing else (%s)', (_, pair) => {
    const read = readRequest(request(pair), 'lab1');
    expect(read.ok && Object.keys(read.value)).toEqual(['spki', 'family', 'keyId']);
    expect(read.ok && Buffer.from(read.value.spki).equals(spkiOf(pair))).toBe(true);
  });

  it('may come as PEM', () => {
    const pem = `-----BEGIN NEW CERTIFICATE REQUEST-----\n${request(honest).toString('base64')}\n-----END NEW CERTIFICATE REQUEST-----\n`;
    expect(readRequest(pem, 'lab1')).toEqual(readRequest(request(honest), 'lab1'));
  });
});

describe('a hostile request', () => {
  it('comes in more than 120 kinds', () => {
    expect(lyingRequests.length + refusedRequests.length).toBeGreaterThan(120);
  });

  it.each(refusedRequests)('is refused: %s (%s) (invariant 16)', (_, code, make) => {
    const hostile = make();
    const refused = readRequest(hostile, 'lab1');
    expect(refused).toMatchObject({ ok: false, findings: [{ code, subject: 'lab1', severity: 'error' }] });
    expect(JSON.stringify(refused).length).toBeLessThan(500);
    expect(fastestMs(() => readRequest(hostile, 'lab1'))).toBeLessThan(MAX_MS);
  });

  describe('that asks for', () => {
    let authority: TestAuthority;
    beforeAll(async () => {
      authority = await makeAuthority('p256');
    });

    it.each(lyingRequests)('%s gets the profile and nothing else (invariant 16)', async (_, make) => {
      const asked = make();
      const key = must(readRequest(asked, 'lab1'));
      const issued = must(
        await authority.issuer.issue(orderFor(authority, 'client', key), authority.profile('client')),
      );
      const reading = must(readCertificate(issued.der, 'lab1'));
      const openssl = new X509Certificate(issued.der);
      expect(commonNameOf(reading.subject)).toBe('lab1');
      expect(reading.extensions).toMatchObject({
        keyUsage: { critical: true, usages: ['digitalSignature'] },
        extendedKeyUsage: { purposes: ['1.3.6.1.5.5.7.3.2'] },
        basicConstraints: null,
        others: [],
      });
      expect([openssl.subject, openssl.subjectAltName, openssl.ca, openssl.keyUsage]).toEqual([
        'CN=lab1',
        undefined,
        false,
        ['1.3.6.1.5.5.7.3.2'],
      ]);
      expect(Buffer.from(reading.spki).equals(spkiOf(honest))).toBe(true);
      expect(fastestMs(() => readRequest(asked, 'lab1'))).toBeLessThan(MAX_MS);
    });
  });
});

describe('whatever the bytes', () => {
  it('a request with one changed byte never gives another key', () => {
    const good = request(honest);
    const spki = spkiOf(honest);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(good);
        changed[at] = (changed[at] ?? 0) ^ flip;
        const read = readRequest(changed, 'lab1');
        expect(!read.ok || Buffer.from(read.value.spki).equals(spki)).toBe(true);
      }),
      { numRuns: 1_500 },
    );
  });

  it('nothing is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readRequest(bytes, 'lab1').ok).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (pem) => {
        expect(readRequest(pem, 'lab1').ok).toBe(false);
      }),
    );
  });
});
