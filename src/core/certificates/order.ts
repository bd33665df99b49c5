import { error, type Finding } from '../finding.ts';
import { iso } from '../time.ts';
import type { KeyFamily, Profile } from './profile.ts';
import type { SerialNumber } from './serial.ts';
import { SERVER_COMMON_NAME, type CommonName } from './subject.ts';
import type { Validity } from './validity.ts';

/** A public key that has passed the request rules. */
export interface SubjectKey {
  /** SubjectPublicKeyInfo in DER (RFC 5280, 4.1.2.7). */
  readonly spki: Uint8Array;
  readonly family: KeyFamily;
  /** The subject key identifier: lower-case hexadecimal, 40 digits. */
  readonly keyId: string;
}

/** Everything about one certificate that its profile and its issuer do not fix. It is recorded before anything is signed. */
export interface CertificateOrder {
  readonly serial: SerialNumber;
  readonly commonName: CommonName;
  readonly validity: Validity;
  readonly key: SubjectKey;
}

/**
 * Holds an order against its profile, as boulder's `requestValid` (`issuance/cert.go`) does before it signs.
 * @param issuer the validity of the CA that signs, or null for a CA that signs itself
 * @returns what is wrong with the order; nothing when it may be signed
 */
export const judgeOrder = (order: CertificateOrder, profile: Profile, issuer: Validity | null): readonly Finding[] => {
  const { notBefore, notAfter } = order.validity;
  const refusals: Finding[] = [];
  const refuse = (code: string, message: string): void => {
    const params = { notBefore: iso(notBefore), notAfter: iso(notAfter), serial: order.serial };
    refusals.push(error(code, order.commonName, message, params));
  };
  if (notAfter <= notBefore) refuse('order_validity_empty', 'The certificate would end before it begins.');
  if (notAfter - notBefore > profile.lifetimeMs) {
    refuse('order_validity_too_long', 'The certificate would live longer than its profile allows.');
  }
  if (issuer !== null && (notBefore < issuer.notBefore || notAfter > issuer.notAfter)) {
    refuse('order_outlives_issuer', 'The certificate would be valid when its CA is not.');
  }
  if ((order.commonName === SERVER_COMMON_NAME) !== (profile.kind === 'server')) {
    refuse('order_name_refused', `Only the server certificate, and always it, is named "${SERVER_COMMON_NAME}".`);
  }
  return refusals;
};
