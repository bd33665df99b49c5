import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { error, fail, succeed, type Result } from '../../core/finding.ts';
import { acceptPublicKey } from './public-key.ts';
import type { Secret } from './secret.ts';

export type SignatureAlgorithm = 'rsa-sha256' | 'ecdsa-sha256' | 'ecdsa-sha384';

/** Whatever holds a CA's private key: this process, or later a PKCS#11 token or a cloud's key service. */
export interface Signer {
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKeySpki: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  /** Signs the bytes (not their digest). An ECDSA signature is the DER of RFC 3279, 2.2.3. */
  sign(tbs: Uint8Array): Promise<Uint8Array>;
}

const signInThreadPool = promisify(sign);

/**
 * Signs with a key in this process. RSA and P-384 sign in libuv's thread pool, so that the event loop goes on. P-256
 * signs where it stands: its 30 microseconds are less than handing them to another thread costs (measured: a third of
 * a certificate's whole cost).
 */
class LocalSigner implements Signer {
  readonly publicKeySpki: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly #key: KeyObject;
  readonly #digest: string;

  constructor(key: KeyObject, publicKeySpki: Uint8Array) {
    this.#key = key;
    this.publicKeySpki = publicKeySpki;
    this.algorithm = algorithmOf(key);
    this.#digest = this.algorithm === 'ecdsa-sha384' ? 'sha384' : 'sha256';
  }

  sign(tbs: Uint8Array): Promise<Uint8Array> {
    return this.algorithm === 'ecdsa-sha256'
      ? Promise.resolve(sign(this.#digest, tbs, this.#key))
      : signInThreadPool(this.#digest, tbs, this.#key);
  }
}

/** Each curve with the digest of its own strength (RFC 5480, 4). */
const algorithmOf = (key: KeyObject): SignatureAlgorithm => {
  if (key.asymmetricKeyType === 'rsa') return 'rsa-sha256';
  return key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'ecdsa-sha384' : 'ecdsa-sha256';
};

/**
 * Makes a signer of a private key.
 * @param privateKeyPem PKCS#8 in PEM, not encrypted (it comes out of a sealed column)
 * @returns the signer; `signing_key_unreadable`; or the rule that the key breaks, the same as for a node's key
 */
export const localSigner = (privateKeyPem: Secret): Result<Signer> => {
  const key = readPrivateKey(privateKeyPem);
  if (key === null) {
    return fail(error('signing_key_unreadable', 'signingKey', 'The signing key is no private key in PEM.'));
  }
  const accepted = acceptPublicKey(createPublicKey(key).export({ type: 'spki', format: 'der' }), 'signingKey');
  return accepted.ok ? succeed(new LocalSigner(key, accepted.value.spki)) : accepted;
};

const readPrivateKey = (pem: Secret): KeyObject | null => {
  try {
    return createPrivateKey(pem.reveal());
  } catch {
    return null;
  }
};
