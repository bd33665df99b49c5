import { verify } from 'node:crypto';
import type { SubjectKey } from '../../core/certificates/order.ts';
import { judgeRequest, MAX_REQUEST_BYTES } from '../../core/certificates/request-rules.ts';
import { error, fail, succeed, type Result } from '../../core/finding.ts';
import { decode, encode, isContextZero, isZero, oidOf, partsOf, wholeBytesOf, type Asn1 } from './asn1.ts';
import { decodePem } from './pem.ts';
import { parsePublicKey, subjectKey, type ParsedPublicKey } from './public-key.ts';

/** The signature algorithms in which possession can be proven: RFC 4055 and RFC 5758. None with SHA-1, none by choice of the requester. */
const DIGESTS: ReadonlyMap<string, { readonly family: 'rsa' | 'ec'; readonly digest: string }> = new Map([
  ['1.2.840.113549.1.1.11', { family: 'rsa', digest: 'sha256' }],
  ['1.2.840.113549.1.1.12', { family: 'rsa', digest: 'sha384' }],
  ['1.2.840.113549.1.1.13', { family: 'rsa', digest: 'sha512' }],
  ['1.2.840.10045.4.3.2', { family: 'ec', digest: 'sha256' }],
  ['1.2.840.10045.4.3.3', { family: 'ec', digest: 'sha384' }],
  ['1.2.840.10045.4.3.4', { family: 'ec', digest: 'sha512' }],
]);

/** The three parts of a request (RFC 2986, 4.2), and the public key's place in the first. */
interface RequestParts {
  readonly signedBytes: Buffer;
  readonly spki: Buffer;
  readonly algorithm: string;
  readonly signature: Buffer;
}

const PEM_LABELS = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];

/**
 * Reads a PKCS#10 certificate request, and takes of it ONLY the public key. Whatever name, extension or attribute it
 * asks for is not even looked at: those come from the profile.
 * @param request DER, or PEM as text
 * @param subject whom a finding should name
 * @returns the key; or one finding: `request_too_large`, `pem_unreadable`, `request_unreadable`, `key_unreadable`,
 *   or the rule of `core/certificates/request-rules.ts` that is broken
 */
export const readRequest = (request: Uint8Array | string, subject: string): Result<SubjectKey> => {
  // Before any parser sees it. A PEM text is a third longer than its bytes, and may have text around it.
  if (request.length > 2 * MAX_REQUEST_BYTES) return tooLarge(subject);
  const der = typeof request === 'string' ? decodePem(request, PEM_LABELS, subject) : succeed(request);
  if (!der.ok) return der;
  if (der.value.length > MAX_REQUEST_BYTES) return tooLarge(subject);
  const parts = requestParts(der.value);
  if (parts === null) {
    return fail(error('request_unreadable', subject, 'This is no PKCS#10 certificate request in DER or PEM.'));
  }
  const key = parsePublicKey(parts.spki);
  if (key === null) return fail(error('key_unreadable', subject, "The request's public key cannot be read."));
  const presented = {
    sizeBytes: der.value.length,
    key: key.reading,
    provesPossession: () => provesPossession(parts, key),
  };
  const refusal = judgeRequest(presented, subject);
  return refusal === null ? succeed(subjectKey(key)) : fail(refusal);
};

const tooLarge = (subject: string) =>
  fail(
    error('request_too_large', subject, `The certificate request is larger than ${MAX_REQUEST_BYTES} bytes.`, {
      maxBytes: MAX_REQUEST_BYTES,
    }),
  );

const requestParts = (der: Uint8Array): RequestParts | null => {
  const [signed, algorithmIdentifier, signatureBits, ...more] = partsOf(decode(der)) ?? [];
  const spki = publicKeyInfo(signed);
  const algorithm = oidOf(partsOf(algorithmIdentifier)?.[0]);
  const signature = wholeBytesOf(signatureBits);
  if (signed === undefined || spki === null || algorithm === null || signature === null || more.length > 0) return null;
  return { signedBytes: encode(signed), spki: encode(spki), algorithm, signature };
};

/** version 0, subject, public key, and attributes that OpenSSL and NSS write even when there are none (RFC 2986, 4.1). */
const publicKeyInfo = (signed: Asn1 | undefined): Asn1 | null => {
  const [version, subject, spki, ...attributes] = partsOf(signed) ?? [];
  const isShaped = isZero(version) && partsOf(subject) !== null && partsOf(spki) !== null;
  return isShaped && spki !== undefined && attributes.length <= 1 && attributes.every(isContextZero) ? spki : null;
};

const provesPossession = ({ signedBytes, algorithm, signature }: RequestParts, key: ParsedPublicKey): boolean => {
  const scheme = DIGESTS.get(algorithm);
  if (scheme === undefined || scheme.family !== key.reading.kind) return false;
  try {
    return verify(scheme.digest, signedBytes, key.keyObject, signature);
  } catch {
    return false;
  }
};
