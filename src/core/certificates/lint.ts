import { error, type Finding } from '../finding.ts';
import { sameBytes } from './bytes.ts';
import { COMMON_NAME, type CertificateReading, type NameReading } from './certificate-reading.ts';
import type { CertificateOrder } from './order.ts';
import { keyUsages, type Profile } from './profile.ts';
import type { Validity } from './validity.ts';

/**
 * What a second, independent parser (OpenSSL's) says of the same certificate: of the name and the times, whose
 * encodings leave room for two readings.
 */
export interface Witness {
  /** One line for each attribute, for example `CN=lab1`. */
  readonly subject: string;
  readonly validity: Validity;
}

/** What is known of the CA whose name stands as issuer: of a CA's own certificate, the certificate itself. */
export interface ExpectedIssuer {
  readonly nameDer: Uint8Array;
  readonly subjectKeyId: string;
  /** Object identifier of the algorithm it signs with. */
  readonly signatureAlgorithm: string;
}

/** A certificate as two parsers read it, beside what was ordered. */
export interface LintCase {
  readonly reading: CertificateReading;
  readonly witness: Witness;
  readonly order: CertificateOrder;
  readonly profile: Profile;
  readonly issuer: ExpectedIssuer;
}

interface Lint {
  readonly code: string;
  readonly holds: (certificate: LintCase) => boolean;
  readonly broken: string;
}

const isOneCommonName = (name: NameReading, text: string): boolean =>
  name.attributes.length === 1 && name.attributes[0]?.oid === COMMON_NAME && name.attributes[0].text === text;

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i]);

const sameValidity = (a: Validity, b: Validity): boolean => a.notBefore === b.notBefore && a.notAfter === b.notAfter;

/** All that must be true of a certificate before it leaves. The reasons stand with the profile. */
const lints: readonly Lint[] = [
  { code: 'lint_version', holds: ({ reading }) => reading.version === 3, broken: 'It is not of version 3.' },
  {
    code: 'lint_serial',
    holds: ({ reading, order }) => reading.serial === order.serial,
    broken: 'Its serial number is not the one that was recorded.',
  },
  {
    code: 'lint_signature_algorithm',
    holds: ({ reading, issuer }) =>
      reading.signatureAlgorithm === issuer.signatureAlgorithm &&
      reading.outerSignatureAlgorithm === issuer.signatureAlgorithm,
    broken: 'It is not signed by the algorithm of its CA.',
  },
  {
    code: 'lint_issuer',
    holds: ({ reading, issuer }) => sameBytes(reading.issuer.der, issuer.nameDer),
    broken: 'Its issuer is not the subject of its CA, byte for byte.',
  },
  {
    code: 'lint_subject',
    holds: ({ reading, witness, order }) =>
      isOneCommonName(reading.subject, order.commonName) && witness.subject === `CN=${order.commonName}`,
    broken: 'Its subject is not the one CN that was ordered.',
  },
  {
    code: 'lint_validity',
    holds: ({ reading, witness, order }) =>
      sameValidity(reading.validity, order.validity) && sameValidity(witness.validity, order.validity),
    broken: 'It is not valid for the time that was recorded.',
  },
  {
    code: 'lint_public_key',
    holds: ({ reading, order }) => sameBytes(reading.spki, order.key.spki),
    broken: 'Its public key is not the one that was asked for.',
  },
  {
    code: 'lint_key_usage',
    holds: ({ reading: { extensions }, order, profile }) =>
      extensions.keyUsage?.critical === true &&
      sameList(extensions.keyUsage.usages, keyUsages(profile.kind, order.key.family)),
    broken: 'Its key usage is not the critical one of its profile.',
  },
  {
    code: 'lint_extended_key_usage',
    holds: ({ reading: { extensions }, profile }) =>
      profile.extendedKeyUsage === null
        ? extensions.extendedKeyUsage === null
        : sameList(extensions.extendedKeyUsage?.purposes ?? [], [profile.extendedKeyUsage]),
    broken: 'Its extended key usage is not the one of its profile.',
  },
  {
    code: 'lint_basic_constraints',
    holds: ({ reading: { extensions }, profile }) => {
      const constraints = extensions.basicConstraints;
      if (profile.kind !== 'ca') return constraints === null;
      return constraints?.critical === true && constraints.isCa && constraints.pathLength === 0;
    },
    broken: 'Its basic constraints are not those of its profile.',
  },
  {
    code: 'lint_subject_key_id',
    holds: ({ reading, order }) => reading.extensions.subjectKeyId?.keyId === order.key.keyId,
    broken: 'Its subject key identifier is not that of its key.',
  },
  {
    code: 'lint_authority_key_id',
    holds: ({ reading: { extensions }, profile, issuer }) =>
      profile.kind === 'ca'
        ? extensions.authorityKeyId === null
        : extensions.authorityKeyId?.keyId === issuer.subjectKeyId,
    broken: "Its authority key identifier is not its CA's.",
  },
  {
    // A SAN would override the CN in NSS (CERT_VerifyCertName), and an unknown critical extension is refused.
    code: 'lint_other_extensions',
    holds: ({ reading }) => reading.extensions.others.length === 0,
    broken: 'It has an extension that no profile has.',
  },
];

/**
 * Compares a certificate, read again, with its order and its profile.
 * @returns one finding for each thing that differs; none when the certificate may leave
 */
export const lintCertificate = (certificate: LintCase): readonly Finding[] =>
  lints
    .filter(({ holds }) => !holds(certificate))
    .map(({ code, broken }) =>
      error(code, certificate.order.commonName, `The certificate was made wrongly and is thrown away. ${broken}`, {
        serial: certificate.order.serial,
      }),
    );
