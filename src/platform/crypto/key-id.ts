import { hash } from 'node:crypto';
import { DerReader, Tag } from '../../core/certificates/der.ts';

/**
 * A subject key identifier: the first 160 bits of the SHA-256 of the public key's bits (RFC 7093, 2, method 1).
 * @param spki a SubjectPublicKeyInfo as OpenSSL wrote it
 * @returns 40 lower-case hexadecimal digits
 */
export const keyIdOf = (spki: Uint8Array): string => {
  const parts = new DerReader(spki).inside(Tag.sequence);
  parts.skip(Tag.sequence);
  // The first byte of a BIT STRING counts its unused bits.
  return hash('sha256', parts.content(Tag.bitString).subarray(1), 'hex').slice(0, 40);
};
