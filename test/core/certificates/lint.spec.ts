import { describe, expect, it } from 'vitest';
import type { ExtensionsReading } from '../../../src/core/certificates/extensions.ts';
import { lintCertificate, type LintCase } from '../../../src/core/certificates/lint.ts';
import { usualProfile } from '../../../src/core/certificates/profile.ts';
import { serialNumber } from '../../../src/core/certificates/serial.ts';
import { clientCommonName } from '../../../src/core/certificates/subject.ts';
import { clusterName } from '../../../src/core/names.ts';
import { instant, plus } from '../../../src/core/time.ts';

const serial = serialNumber(new Uint8Array(16).fill(7));
const name = clusterName('lab1');
if (!serial.ok || !name.ok) throw new Error('impossible');

const ECDSA = '1.2.840.10045.4.3.2';
const CA_NAME = Uint8Array.from([0x30, 1, 2, 3]);
const KEY_ID = 'ab'.repeat(20);
const CA_KEY_ID = 'cd'.repeat(20);
const validity = { notBefore: instant(Date.UTC(2026, 0)), notAfter: instant(Date.UTC(2027, 0)) };
const spki = new Uint8Array(91).fill(5);

const extensions: ExtensionsReading = {
  keyUsage: { critical: true, usages: ['digitalSignature'] },
  extendedKeyUsage: { critical: false, purposes: ['1.3.6.1.5.5.7.3.2'] },
  basicConstraints: null,
  subjectKeyId: { critical: false, keyId: KEY_ID },
  authorityKeyId: { critical: false, keyId: CA_KEY_ID },
  others: [],
};

const good: LintCase = {
  reading: {
    version: 3,
    serial: serial.value,
    signatureAlgorithm: ECDSA,
    outerSignatureAlgorithm: ECDSA,
    issuer: { der: CA_NAME, attributes: [{ oid: '2.5.4.3', text: 'CA' }] },
    subject: { der: Uint8Array.from([0x30, 0]), attributes: [{ oid: '2.5.4.3', text: 'lab1' }] },
    validity,
    spki,
    extensions,
  },
  witness: { subject: 'CN=lab1', validity },
  order: {
    serial: serial.value,
    commonName: clientCommonName(name.value),
    validity,
    key: { spki, family: 'ec', keyId: KEY_ID },
  },
  profile: usualProfile('client'),
  issuer: { nameDer: CA_NAME, subjectKeyId: CA_KEY_ID, signatureAlgorithm: ECDSA },
};

const codes = (certificate: LintCase): readonly string[] => lintCertificate(certificate).map(({ code }) => code);
const reading = (changed: Partial<LintCase['reading']>): LintCase => ({
  ...good,
  reading: { ...good.reading, ...changed },
});
const withExtensions = (changed: Partial<ExtensionsReading>): LintCase =>
  reading({ extensions: { ...extensions, ...changed } });
const later = { ...validity, notAfter: plus(validity.notAfter, 1_000) };
const cn = (text: string, oid = '2.5.4.3') => ({ oid, text });

describe('lintCertificate', () => {
  it('finds nothing in a certificate that is as ordered', () => {
    expect(codes(good)).toEqual([]);
  });

  it.each<[string, string, LintCase]>([
    ['another version', 'lint_version', reading({ version: 1 })],
    ['another serial number', 'lint_serial', reading({ serial: '01' })],
    ['another algorithm', 'lint_signature_algorithm', reading({ signatureAlgorithm: '1.2.840.113549.1.1.5' })],
    [
      'another algorithm beside the signature',
      'lint_signature_algorithm',
      reading({ outerSignatureAlgorithm: '1.2.3' }),
    ],
    ['another issuer', 'lint_issuer', reading({ issuer: { der: Uint8Array.from([0x30, 0]), attributes: [] } })],
    ['another CN', 'lint_subject', reading({ subject: { der: CA_NAME, attributes: [cn('lab2')] } })],
    ['a CN that differs in case', 'lint_subject', reading({ subject: { der: CA_NAME, attributes: [cn('LAB1')] } })],
    ['a second CN', 'lint_subject', reading({ subject: { der: CA_NAME, attributes: [cn('lab1'), cn('lab2')] } })],
    [
      'the name in another attribute',
      'lint_subject',
      reading({ subject: { der: CA_NAME, attributes: [cn('lab1', '2.5.4.10')] } }),
    ],
    ['no name', 'lint_subject', reading({ subject: { der: CA_NAME, attributes: [] } })],
    [
      'another CN in the eyes of OpenSSL',
      'lint_subject',
      { ...good, witness: { ...good.witness, subject: 'CN=lab1\nCN=x' } },
    ],
    ['another end', 'lint_validity', reading({ validity: later })],
    ['another end in the eyes of OpenSSL', 'lint_validity', { ...good, witness: { ...good.witness, validity: later } }],
    ['another key', 'lint_public_key', reading({ spki: spki.with(90, 6) })],
    ['no key usage', 'lint_key_usage', withExtensions({ keyUsage: null })],
    [
      'a key usage that is not critical',
      'lint_key_usage',
      withExtensions({ keyUsage: { critical: false, usages: ['digitalSignature'] } }),
    ],
    [
      'a key usage too many',
      'lint_key_usage',
      withExtensions({ keyUsage: { critical: true, usages: ['digitalSignature', 'keyCertSign'] } }),
    ],
    ['no extended key usage', 'lint_extended_key_usage', withExtensions({ extendedKeyUsage: null })],
    [
      'any extended key usage',
      'lint_extended_key_usage',
      withExtensions({ extendedKeyUsage: { critical: false, purposes: ['2.5.29.37.0'] } }),
    ],
    [
      'a second extended key usage',
      'lint_extended_key_usage',
      withExtensions({ extendedKeyUsage: { critical: false, purposes: ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1'] } }),
    ],
    [
      'CA:TRUE',
      'lint_basic_constraints',
      withExtensions({ basicConstraints: { critical: true, isCa: true, pathLength: 0 } }),
    ],
    [
      'CA:FALSE, which no profile has',
      'lint_basic_constraints',
      withExtensions({ basicConstraints: { critical: true, isCa: false, pathLength: null } }),
    ],
    ['no subject key id', 'lint_subject_key_id', withExtensions({ subjectKeyId: null })],
    [
      'another subject key id',
      'lint_subject_key_id',
      withExtensions({ subjectKeyId: { critical: false, keyId: CA_KEY_ID } }),
    ],
    [
      'another authority key id',
      'lint_authority_key_id',
      withExtensions({ authorityKeyId: { critical: false, keyId: KEY_ID } }),
    ],
    [
      'an authority that is named in another way',
      'lint_authority_key_id',
      withExtensions({ authorityKeyId: { critical: false, keyId: null } }),
    ],
    [
      'a SAN, which would override the CN',
      'lint_other_extensions',
      withExtensions({ others: [{ oid: '2.5.29.17', critical: false }] }),
    ],
    ['an unknown extension', 'lint_other_extensions', withExtensions({ others: [{ oid: '1.2.3', critical: true }] })],
  ])('finds %s (invariant 16)', (_, code, certificate) => {
    expect(codes(certificate)).toEqual([code]);
  });

  describe('of a CA', () => {
    const ca: LintCase = {
      ...withExtensions({
        keyUsage: { critical: true, usages: ['keyCertSign', 'cRLSign'] },
        extendedKeyUsage: null,
        basicConstraints: { critical: true, isCa: true, pathLength: 0 },
        authorityKeyId: null,
      }),
      profile: usualProfile('ca'),
    };
    const caWith = (changed: Partial<ExtensionsReading>): LintCase => ({
      ...ca,
      reading: { ...ca.reading, extensions: { ...ca.reading.extensions, ...changed } },
    });

    it('finds nothing when it is as ordered', () => {
      expect(codes(ca)).toEqual([]);
    });

    it.each<[string, ExtensionsReading['basicConstraints']]>([
      ['none', null],
      ['not critical', { critical: false, isCa: true, pathLength: 0 }],
      ['CA:FALSE', { critical: true, isCa: false, pathLength: null }],
      ['no path length', { critical: true, isCa: true, pathLength: null }],
      ['room for a subordinate', { critical: true, isCa: true, pathLength: 1 }],
    ])('finds basic constraints that are wrong: %s', (_, basicConstraints) => {
      expect(codes(caWith({ basicConstraints }))).toEqual(['lint_basic_constraints']);
    });

    it('finds an extended key usage, which would bind what it signs', () => {
      const extendedKeyUsage = { critical: false, purposes: ['1.3.6.1.5.5.7.3.1'] };
      expect(codes(caWith({ extendedKeyUsage }))).toEqual(['lint_extended_key_usage']);
    });
  });

  it('says everything that differs at once, and names the certificate', () => {
    const findings = lintCertificate({ ...reading({ version: 1, serial: '02', spki: new Uint8Array() }) });
    expect(findings.map(({ code }) => code)).toEqual(['lint_version', 'lint_serial', 'lint_public_key']);
    expect(findings.every(({ subject, params }) => subject === 'lab1' && params['serial'] === serial.value)).toBe(true);
  });
});
