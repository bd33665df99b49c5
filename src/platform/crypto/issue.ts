import { hash } from 'node:crypto';
import { commonNameOf, readCertificate, type CertificateReading } from '../../core/certificates/certificate-reading.ts';
import { sameBytes } from '../../core/certificates/bytes.ts';
import { lintCertificate, type ExpectedIssuer } from '../../core/certificates/lint.ts';
import { judgeOrder, type CertificateOrder } from '../../core/certificates/order.ts';
import type { KeyFamily, Profile } from '../../core/certificates/profile.ts';
import type { SerialNumber } from '../../core/certificates/serial.ts';
import type { Validity } from '../../core/certificates/validity.ts';
import { error, fail, hasError, succeed, type Finding, type Result } from '../../core/finding.ts';
import { CertificateTemplate, SIGNATURE_OIDS } from './certificate-template.ts';
import { encodePem } from './pem.ts';
import type { Signer } from './signer.ts';
import { isSignedBy, witnessOf } from './witness.ts';

export interface IssuedCertificate {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly serial: SerialNumber;
  /** SHA-256 of the DER, lower-case hexadecimal without colons. */
  readonly fingerprint: string;
  readonly validity: Validity;
}

/** A CA that is ready to sign: its certificate, and the signer that holds the key in it. */
export class Issuer {
  readonly validity: Validity;
  readonly #signer: Signer;
  readonly #expected: ExpectedIssuer;
  readonly #templates = new Map<string, CertificateTemplate>();
  #hasProvenItsKey = false;

  /** @param reading of a certificate that `openIssuer` has checked */
  constructor(reading: CertificateReading, signer: Signer) {
    this.validity = reading.validity;
    this.#signer = signer;
    this.#expected = {
      nameDer: reading.subject.der,
      subjectKeyId: reading.extensions.subjectKeyId?.keyId ?? '',
      signatureAlgorithm: SIGNATURE_OIDS[signer.algorithm],
    };
  }

  /**
   * Signs a certificate for qnetd or for a node. The order must already be recorded.
   * @returns the certificate, read again and compared with its order by two parsers; or the findings of `judgeOrder`,
   *   of `lintCertificate`, `order_kind_refused`, or `signer_failed`
   */
  async issue(order: CertificateOrder, profile: Profile): Promise<Result<IssuedCertificate>> {
    if (profile.kind === 'ca') {
      return fail(error('order_kind_refused', order.commonName, 'A CA of ours signs no other CA.'));
    }
    const refusals = judgeOrder(order, profile, this.validity);
    if (hasError(refusals)) return fail(...refusals);
    const issued = await signAndReread(order, profile, this.#template(profile, order.key.family), {
      signer: this.#signer,
      expected: this.#expected,
    });
    return issued.ok ? this.#withProvenKey(issued.value, order) : issued;
  }

  /**
   * Checking each signature would cost P-256 three times as much as making it. So the first of each opened issuer
   * proves that the signer holds the CA's key; a later one that is wrong is caught by `certutil -V` where it is
   * installed, before anything goes by it.
   */
  #withProvenKey(issued: IssuedCertificate, order: CertificateOrder): Result<IssuedCertificate> {
    this.#hasProvenItsKey ||= isSignedBy(issued.der, this.#signer.publicKeySpki);
    return this.#hasProvenItsKey
      ? succeed(issued)
      : fail(signerFailed(order, 'Its signature is not by the key of the CA.'));
  }

  #template(profile: Profile, family: KeyFamily): CertificateTemplate {
    const key = `${profile.kind} ${family}`;
    const known = this.#templates.get(key);
    if (known !== undefined) return known;
    const { nameDer, subjectKeyId } = this.#expected;
    const name = { der: nameDer, keyId: subjectKeyId };
    const made = new CertificateTemplate(profile, family, { name, algorithm: this.#signer.algorithm });
    this.#templates.set(key, made);
    return made;
  }
}

/**
 * Puts a CA's certificate and its signer together.
 * @param caDer the CA's certificate, as it was issued by `createCa`
 * @returns the issuer; or `issuer_unusable` when the certificate is no CA's or the signer holds another key
 */
export const openIssuer = (caDer: Uint8Array, signer: Signer): Result<Issuer> => {
  const read = readCertificate(caDer, 'certificateAuthority');
  if (!read.ok) return read;
  const { extensions, spki, subject } = read.value;
  const maySign =
    extensions.basicConstraints?.isCa === true && extensions.keyUsage?.usages.includes('keyCertSign') === true;
  const isNamed = commonNameOf(subject) !== null && extensions.subjectKeyId !== null;
  if (!maySign || !isNamed) return fail(unusable('Its certificate is not that of a CA.'));
  if (!sameBytes(spki, signer.publicKeySpki))
    return fail(unusable('The signing key is not the one in its certificate.'));
  return succeed(new Issuer(read.value, signer));
};

/**
 * Makes the certificate of a CA, signed by itself.
 * @param order its key must be the signer's
 * @param profile of kind `ca`
 * @returns as `Issuer.issue`
 */
export const issueSelfSigned = async (
  order: CertificateOrder,
  profile: Profile,
  signer: Signer,
): Promise<Result<IssuedCertificate>> => {
  const refusals = judgeOrder(order, profile, null);
  if (hasError(refusals)) return fail(...refusals);
  const { algorithm, publicKeySpki } = signer;
  const template = new CertificateTemplate(profile, order.key.family, { name: null, algorithm });
  const issued = await signAndReread(order, profile, template, { signer, expected: null });
  if (!issued.ok || isSignedBy(issued.value.der, publicKeySpki)) return issued;
  return fail(signerFailed(order, 'Its signature is not by the key it presents.'));
};

interface Signing {
  readonly signer: Signer;
  /** Null: the certificate is its own issuer. */
  readonly expected: ExpectedIssuer | null;
}

const signAndReread = async (
  order: CertificateOrder,
  profile: Profile,
  template: CertificateTemplate,
  signing: Signing,
): Promise<Result<IssuedCertificate>> => {
  const tbs = template.tbs(order);
  const signature = await signatureOf(tbs, signing.signer, order);
  if (!signature.ok) return signature;
  const der = template.certificate(tbs, signature.value);
  const problems = reread(der, order, profile, signing);
  return problems.length === 0 ? succeed(issuedCertificate(der, order)) : fail(...problems);
};

const signatureOf = async (tbs: Uint8Array, signer: Signer, order: CertificateOrder): Promise<Result<Uint8Array>> => {
  try {
    return succeed(await signer.sign(tbs));
  } catch (thrown) {
    // Only the kind of the error: its text comes from whatever holds the key.
    return fail(signerFailed(order, `The signer gave up (${thrown instanceof Error ? thrown.name : 'unknown'}).`));
  }
};

const reread = (
  der: Uint8Array,
  order: CertificateOrder,
  profile: Profile,
  { signer, expected }: Signing,
): readonly Finding[] => {
  const read = readCertificate(der, order.commonName);
  if (!read.ok) return read.findings;
  const reading = read.value;
  const witness = witnessOf(der);
  if (witness === null) return [signerFailed(order, 'OpenSSL cannot read it.')];
  const issuer = expected ?? {
    nameDer: reading.subject.der,
    subjectKeyId: order.key.keyId,
    signatureAlgorithm: SIGNATURE_OIDS[signer.algorithm],
  };
  return lintCertificate({ reading, witness, issuer, order, profile });
};

const issuedCertificate = (der: Buffer, { serial, validity }: CertificateOrder): IssuedCertificate => ({
  der,
  pem: encodePem('CERTIFICATE', der),
  serial,
  fingerprint: hash('sha256', der, 'hex'),
  validity,
});

const signerFailed = ({ commonName, serial }: CertificateOrder, why: string): Finding =>
  error('signer_failed', commonName, `The certificate could not be made. ${why}`, { serial });

const unusable = (why: string): Finding =>
  error('issuer_unusable', 'certificateAuthority', `The CA cannot sign. ${why}`);
