import { createPublicKey, type KeyObject } from 'node:crypto';
import type { SubjectKey } from '../../core/certificates/order.ts';
import { judgePublicKey, type PublicKeyReading } from '../../core/certificates/request-rules.ts';
import { error, fail, succeed, type Result } from '../../core/finding.ts';
import { decode, oidOf, partsOf, wholeBytesOf } from './asn1.ts';
import { keyIdOf } from './key-id.ts';

/** A public key as OpenSSL read it, and what it says of it. */
export interface ParsedPublicKey {
  readonly keyObject: KeyObject;
  readonly reading: PublicKeyReading;
}

const EC_PUBLIC_KEY = '1.2.840.10045.2.1';

/**
 * Reads a SubjectPublicKeyInfo in DER and says what it is. It judges nothing.
 * @returns null when it cannot be read: a point off its curve, a key of no known kind, a curve that is spelled out
 *   instead of named (which has kept OpenSSL busy without end, CVE-2022-0778), or rubbish
 */
export const parsePublicKey = (spki: Uint8Array): ParsedPublicKey | null => {
  const [algorithm, bits] = partsOf(decode(spki)) ?? [];
  const [kind, parameters] = partsOf(algorithm) ?? [];
  const publicBytes = wholeBytesOf(bits);
  if (publicBytes === null || (oidOf(kind) === EC_PUBLIC_KEY && oidOf(parameters) === null)) return null;
  try {
    const keyObject = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return { keyObject, reading: readingOf(keyObject, publicBytes) };
  } catch {
    return null;
  }
};

/**
 * Takes a public key that was not presented in a request, for example one of our own making or a recorded one.
 * @returns the key in OpenSSL's own encoding; `key_unreadable`; or the rule it breaks
 */
export const acceptPublicKey = (spki: Uint8Array, subject: string): Result<SubjectKey> => {
  const parsed = parsePublicKey(spki);
  if (parsed === null) return fail(error('key_unreadable', subject, 'This public key cannot be read.'));
  const refusal = judgePublicKey(parsed.reading, subject);
  return refusal === null ? succeed(subjectKey(parsed)) : fail(refusal);
};

/** The key written anew by OpenSSL: nothing that merely stood beside it comes along. */
export const subjectKey = ({ keyObject, reading }: ParsedPublicKey): SubjectKey => {
  const spki = keyObject.export({ type: 'spki', format: 'der' });
  return { spki, family: reading.kind === 'rsa' ? 'rsa' : 'ec', keyId: keyIdOf(spki) };
};

const readingOf = (key: KeyObject, publicBytes: Buffer): PublicKeyReading => {
  const { modulusLength, publicExponent, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength !== undefined && publicExponent !== undefined) {
    return { kind: 'rsa', modulusBits: modulusLength, modulusIsOdd: modulusIsOdd(key), exponent: publicExponent };
  }
  if (key.asymmetricKeyType === 'ec' && namedCurve !== undefined) {
    // SEC 1, 2.3.3: 04 and both coordinates; 02 or 03 and only one.
    return { kind: 'ec', curve: namedCurve, pointIsUncompressed: publicBytes[0] === 4 };
  }
  return { kind: 'other', name: key.asymmetricKeyType ?? 'unknown' };
};

const modulusIsOdd = (key: KeyObject): boolean => {
  const modulus = Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url');
  return ((modulus.at(-1) ?? 0) & 1) === 1;
};
