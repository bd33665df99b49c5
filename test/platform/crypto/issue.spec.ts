import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCertificate, type CertificateReading } from '../../../src/core/certificates/certificate-reading.ts';
import type { CertificateOrder } from '../../../src/core/certificates/order.ts';
import { usualProfile } from '../../../src/core/certificates/profile.ts';
import { caCommonName, SERVER_COMMON_NAME } from '../../../src/core/certificates/subject.ts';
import { DAY_MS, HOUR_MS, instant, plus } from '../../../src/core/time.ts';
import { createCa, orderCa } from '../../../src/platform/crypto/ca.ts';
import { openIssuer, type IssuedCertificate } from '../../../src/platform/crypto/issue.ts';
import { generateKeys, type KeyKind, type KeyPair } from '../../../src/platform/crypto/keys.ts';
import { randomSerialNumber, randomUUIDv7 } from '../../../src/platform/crypto/random.ts';
import { localSigner, type Signer } from '../../../src/platform/crypto/signer.ts';
import { makeAuthority, must, orderFor, type TestAuthority } from './authority.ts';

const KINDS: readonly KeyKind[] = ['p256', 'p384', 'rsa2048', 'rsa3072'];
const INSTANCE = '0199f0c2-6d1a-7c3e-8b1f-0123456789ab';

let authority: TestAuthority;
let node: KeyPair;
beforeAll(async () => {
  authority = await makeAuthority('p256');
  node = await generateKeys('p256');
});

const issue = async (kind: 'server' | 'client', key: KeyPair, by = authority): Promise<IssuedCertificate> =>
  must(await by.issuer.issue(orderFor(by, kind, key.publicKey), by.profile(kind)));
const reading = ({ der }: IssuedCertificate): CertificateReading => must(readCertificate(der, 'test'));

describe('createCa', () => {
  it.each(KINDS)('makes a CA with %s that signs for itself and may have no subordinate', async (kind) => {
    const { ca, signer } = await makeAuthority(kind);
    const openssl = new X509Certificate(ca.der);
    expect(openssl.checkIssued(openssl)).toBe(true);
    expect(openssl.verify(openssl.publicKey)).toBe(true);
    expect(Buffer.from(reading(ca).spki).equals(signer.publicKeySpki)).toBe(true);
    expect(reading(ca).extensions).toMatchObject({
      basicConstraints: { critical: true, isCa: true, pathLength: 0 },
      keyUsage: { critical: true, usages: ['keyCertSign', 'cRLSign'] },
      extendedKeyUsage: null,
      authorityKeyId: null,
      others: [],
    });
  });

  it('names each generation differently and gives each its own key id (invariant 18)', async () => {
    const profile = usualProfile('ca');
    const made = async (generation: number): Promise<CertificateReading> => {
      const signer = must(localSigner((await generateKeys('p256')).privateKeyPem));
      const at = { now: authority.now, serial: randomSerialNumber() };
      const order = must(orderCa({ instanceId: INSTANCE, generation }, profile, signer, at));
      return reading(must(await createCa(order, profile, signer)));
    };
    const [first, second] = [await made(1), await made(2)];
    expect(first.subject.attributes).toEqual([{ oid: '2.5.4.3', text: must(caCommonName(INSTANCE, 1)) }]);
    expect(second.subject.attributes).toEqual([{ oid: '2.5.4.3', text: must(caCommonName(INSTANCE, 2)) }]);
    expect(first.extensions.subjectKeyId).not.toEqual(second.extensions.subjectKeyId);
  });

  it('writes years from 2050 on as GeneralizedTime', async () => {
    const { ca } = await makeAuthority('p256', instant(Date.UTC(2044, 5, 1)));
    expect(Buffer.from(ca.der).toString('latin1')).toContain('\x18\x0f2054');
    expect(new X509Certificate(ca.der).validToDate.getTime()).toBe(ca.validity.notAfter);
  });

  it('takes no profile of another kind and no instance without an id', () => {
    const at = { now: authority.now, serial: randomSerialNumber() };
    const ordered = (instanceId: string, kind: 'ca' | 'client') =>
      orderCa({ instanceId, generation: 1 }, usualProfile(kind), authority.signer, at);
    expect(ordered(INSTANCE, 'client')).toMatchObject({ ok: false, findings: [{ code: 'order_kind_refused' }] });
    expect(ordered('lab1', 'ca')).toMatchObject({ ok: false, findings: [{ code: 'invalid_ca_name' }] });
  });
});

describe('an issued certificate', () => {
  it.each(KINDS)(
    'of a node is signed by a CA with %s and follows the profile for clients (invariant 16)',
    async (kind) => {
      const by = await makeAuthority(kind);
      const issued = await issue('client', node, by);
      expect(new X509Certificate(issued.der).verify(new X509Certificate(by.ca.der).publicKey)).toBe(true);
      expect(reading(issued)).toMatchObject({
        version: 3,
        serial: issued.serial,
        subject: { attributes: [{ oid: '2.5.4.3', text: 'lab1' }] },
        extensions: {
          keyUsage: { critical: true, usages: ['digitalSignature'] },
          extendedKeyUsage: { critical: false, purposes: ['1.3.6.1.5.5.7.3.2'] },
          basicConstraints: null,
          subjectKeyId: { critical: false, keyId: node.publicKey.keyId },
          authorityKeyId: reading(by.ca).extensions.subjectKeyId,
          others: [],
        },
      });
    },
  );

  it.each<[KeyKind, readonly string[]]>([
    ['p256', ['digitalSignature']],
    ['rsa2048', ['digitalSignature', 'keyEncipherment']],
  ])('of qnetd with a %s key follows the profile for servers', async (kind, usages) => {
    const issued = reading(await issue('server', await generateKeys(kind)));
    expect(issued.subject.attributes).toEqual([{ oid: '2.5.4.3', text: 'Qnetd Server' }]);
    expect(issued.extensions.keyUsage).toEqual({ critical: true, usages });
    expect(issued.extensions.extendedKeyUsage?.purposes).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(issued.extensions.others).toEqual([]);
  });

  it('says the same in DER, in PEM, in its fingerprint and in its validity', async () => {
    const issued = await issue('client', node);
    const openssl = new X509Certificate(issued.pem);
    expect(openssl.raw.equals(issued.der)).toBe(true);
    expect(openssl.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(issued.fingerprint);
    expect(openssl.serialNumber.toLowerCase()).toBe(issued.serial);
    expect([openssl.validFromDate.getTime(), openssl.validToDate.getTime()]).toEqual(Object.values(issued.validity));
  });

  it('was valid an hour ago already and never begins in the future', async () => {
    const { validity } = await issue('client', await generateKeys('p256'));
    expect(authority.now - validity.notBefore).toBeGreaterThanOrEqual(0);
    expect(authority.now - validity.notBefore).toBeLessThanOrEqual(HOUR_MS + 1_000);
  });

  it('has its own serial number, even among a thousand in parallel (invariant 16)', async () => {
    const issued = await Promise.all(Array.from({ length: 1_000 }, () => issue('client', node)));
    expect(new Set(issued.map(({ serial }) => serial)).size).toBe(1_000);
    expect(new Set(issued.map(({ der }) => new X509Certificate(der).serialNumber)).size).toBe(1_000);
    expect(new Set(issued.map(({ fingerprint }) => fingerprint)).size).toBe(1_000);
  });
});

describe('an order outside its profile', () => {
  const changed = (change: Partial<CertificateOrder>): CertificateOrder => ({
    ...orderFor(authority, 'client', node.publicKey),
    ...change,
  });

  it.each<[string, string, () => CertificateOrder]>([
    [
      'too long a life',
      'order_validity_too_long',
      () => {
        const { notBefore } = authority.issuer.validity;
        return changed({ validity: { notBefore, notAfter: plus(notBefore, 400 * DAY_MS) } });
      },
    ],
    [
      'an end after that of the CA',
      'order_outlives_issuer',
      () => {
        const { notAfter } = authority.issuer.validity;
        return changed({ validity: { notBefore: plus(notAfter, -DAY_MS), notAfter: plus(notAfter, DAY_MS) } });
      },
    ],
    ['the name of the server', 'order_name_refused', () => changed({ commonName: SERVER_COMMON_NAME })],
  ])('is not signed: %s (invariant 16)', async (_, code, order) => {
    const signer = countingSigner(authority.signer);
    const issuer = must(openIssuer(authority.ca.der, signer));
    expect(await issuer.issue(order(), usualProfile('client'))).toMatchObject({ ok: false, findings: [{ code }] });
    expect(signer.signed).toBe(0);
  });

  it('is not signed when it asks for another CA', async () => {
    const order = orderFor(authority, 'client', node.publicKey);
    expect(await authority.issuer.issue(order, usualProfile('ca'))).toMatchObject({
      ok: false,
      findings: [{ code: 'order_kind_refused' }],
    });
  });
});

/** Counts what it is asked to sign. */
const countingSigner = (signer: Signer): Signer & { readonly signed: number } => {
  let signed = 0;
  return {
    ...signer,
    publicKeySpki: signer.publicKeySpki,
    algorithm: signer.algorithm,
    get signed() {
      return signed;
    },
    sign(tbs) {
      signed += 1;
      return signer.sign(tbs);
    },
  };
};

describe('a signer that fails', () => {
  const issueWith = async (sign: Signer['sign']) => {
    const { publicKeySpki, algorithm } = authority.signer;
    const issuer = must(openIssuer(authority.ca.der, { publicKeySpki, algorithm, sign }));
    return issuer.issue(orderFor(authority, 'client', node.publicKey), usualProfile('client'));
  };

  it.each<[string, Signer['sign']]>([
    ['with an error', () => Promise.reject(new Error('PIN 1234 is wrong'))],
    [
      'at once',
      () => {
        throw new TypeError('PIN 1234 is wrong');
      },
    ],
    ['by signing something else', () => authority.signer.sign(Buffer.from('something else'))],
    ['by giving rubbish', () => Promise.resolve(Buffer.from('rubbish'))],
    ['by giving nothing', () => Promise.resolve(Buffer.alloc(0))],
    ['by giving megabytes', () => Promise.resolve(Buffer.alloc(1 << 20))],
  ])('%s makes a finding and no certificate', async (_, sign) => {
    const failed = await issueWith(sign);
    expect(failed.ok).toBe(false);
    expect(['signer_failed', 'certificate_unreadable']).toContain(failed.findings[0]?.code);
    expect(JSON.stringify(failed)).not.toContain('1234');
  });
});

describe('openIssuer', () => {
  it('refuses the key of another CA', async () => {
    const { signer } = await makeAuthority('p256');
    expect(openIssuer(authority.ca.der, signer)).toMatchObject({ ok: false, findings: [{ code: 'issuer_unusable' }] });
  });

  it('refuses a certificate that is no CA, though its key is right', async () => {
    const pair = await generateKeys('p256');
    const issued = await issue('client', pair);
    expect(openIssuer(issued.der, must(localSigner(pair.privateKeyPem)))).toMatchObject({
      ok: false,
      findings: [{ code: 'issuer_unusable' }],
    });
  });

  it('refuses what is no certificate', () => {
    expect(openIssuer(Buffer.from('rubbish'), authority.signer)).toMatchObject({
      ok: false,
      findings: [{ code: 'certificate_unreadable' }],
    });
  });

  it('opens a CA again after a restart, from its certificate and its key', async () => {
    const again = must(openIssuer(authority.ca.der, authority.signer));
    const issued = await again.issue(orderFor(authority, 'client', node.publicKey), usualProfile('client'));
    expect(issued.ok).toBe(true);
    expect(again.validity).toEqual(authority.ca.validity);
  });

  it('is one of many: ids of instances never collide in names', () => {
    const names = Array.from({ length: 500 }, () => must(caCommonName(randomUUIDv7(), 1)));
    expect(new Set(names).size).toBe(500);
  });
});
