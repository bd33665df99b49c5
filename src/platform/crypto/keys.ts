import { generateKeyPair, type KeyPairKeyObjectResult } from 'node:crypto';
import { promisify } from 'node:util';
import type { SubjectKey } from '../../core/certificates/order.ts';
import { acceptPublicKey } from './public-key.ts';
import { Secret } from './secret.ts';

/** P-256 is the usual choice for a CA; the others work too with NSS 3.87 and OpenSSL 3.0. */
export type KeyKind = 'p256' | 'p384' | 'rsa2048' | 'rsa3072' | 'rsa4096';

export interface KeyPair {
  /** PKCS#8 in PEM, not encrypted: seal it before it is stored. */
  readonly privateKeyPem: Secret;
  readonly publicKey: SubjectKey;
}

const generate = promisify(generateKeyPair);

/**
 * Makes a key pair, in the thread pool: the event loop stands still for milliseconds, where a key made in JavaScript
 * takes seconds.
 */
export const generateKeys = async (kind: KeyKind): Promise<KeyPair> => {
  const { publicKey, privateKey } = await generated(kind);
  const accepted = acceptPublicKey(publicKey.export({ type: 'spki', format: 'der' }), kind);
  if (!accepted.ok) throw new Error(`a fresh ${kind} key broke the rules for keys`);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return { privateKeyPem: new Secret(pem.toString()), publicKey: accepted.value };
};

const generated = (kind: KeyKind): Promise<KeyPairKeyObjectResult> => {
  switch (kind) {
    case 'p256':
      return generate('ec', { namedCurve: 'prime256v1' });
    case 'p384':
      return generate('ec', { namedCurve: 'secp384r1' });
    case 'rsa2048':
      return generate('rsa', { modulusLength: 2_048 });
    case 'rsa3072':
      return generate('rsa', { modulusLength: 3_072 });
    case 'rsa4096':
      return generate('rsa', { modulusLength: 4_096 });
  }
};
