import { createPublicKey, X509Certificate } from 'node:crypto';
import type { Witness } from '../../core/certificates/lint.ts';
import { instant } from '../../core/time.ts';

/** What OpenSSL says of a certificate, or null when it cannot read it. */
export const witnessOf = (der: Uint8Array): Witness | null => {
  try {
    const certificate = new X509Certificate(der);
    return {
      subject: certificate.subject,
      validity: {
        notBefore: instant(certificate.validFromDate.getTime()),
        notAfter: instant(certificate.validToDate.getTime()),
      },
    };
  } catch {
    return null;
  }
};

/** Whether OpenSSL finds the certificate signed by this key (SubjectPublicKeyInfo in DER). */
export const isSignedBy = (der: Uint8Array, spki: Uint8Array): boolean => {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return new X509Certificate(der).verify(key);
  } catch {
    return false;
  }
};
