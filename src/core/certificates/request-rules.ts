import { error, type Finding } from '../finding.ts';

/** What a parser of keys says of a public key. Curves have OpenSSL's names. */
export type PublicKeyReading =
  | { readonly kind: 'rsa'; readonly modulusBits: number; readonly modulusIsOdd: boolean; readonly exponent: bigint }
  | { readonly kind: 'ec'; readonly curve: string; readonly pointIsUncompressed: boolean }
  | { readonly kind: 'other'; readonly name: string };

/** The part of a certificate request that counts. Its subject, its extensions and its attributes are never read. */
export interface PresentedRequest {
  readonly sizeBytes: number;
  readonly key: PublicKeyReading;
  /** True when the request is signed by the key it presents. Asked last: a monstrous key is slow to check. */
  readonly provesPossession: () => boolean;
}

/** A request of an RSA-4096 key is about 1.7 kB. The cap stands before the parser, which is the part that could be attacked. */
export const MAX_REQUEST_BYTES = 16 * 1_024;

interface Rule<T> {
  readonly code: string;
  readonly keptBy: (subject: T) => boolean;
  readonly refusal: string;
}

const CURVES: readonly string[] = ['prime256v1', 'secp384r1'];
const MIN_EXPONENT = 65_537n;
const MAX_EXPONENT = 0xffff_ffffn;

/** What a public key must satisfy, in the order of asking. NSS uses none but RSA and ECDSA here: it refuses Ed25519 (NSS 3.87). */
const keyRules: readonly Rule<PublicKeyReading>[] = [
  {
    code: 'key_kind_refused',
    keptBy: (key) => key.kind !== 'other',
    refusal: 'The key is neither RSA nor ECDSA. Make it with `certutil -R`, or with `-k ec -q nistp256`.',
  },
  {
    code: 'curve_refused',
    keptBy: (key) => key.kind !== 'ec' || CURVES.includes(key.curve),
    refusal: 'The elliptic curve is neither P-256 nor P-384.',
  },
  {
    // RFC 5480, 2.2: the one form that everybody must support, and the one that NSS makes.
    code: 'point_compressed',
    keptBy: (key) => key.kind !== 'ec' || key.pointIsUncompressed,
    refusal: 'The elliptic-curve point is not in its uncompressed form.',
  },
  {
    code: 'rsa_key_too_short',
    keptBy: (key) => key.kind !== 'rsa' || key.modulusBits >= 2_048,
    refusal: 'The RSA key has fewer than 2048 bits.',
  },
  {
    code: 'rsa_key_too_long',
    keptBy: (key) => key.kind !== 'rsa' || key.modulusBits <= 4_096,
    refusal: 'The RSA key has more than 4096 bits.',
  },
  {
    code: 'rsa_modulus_even',
    keptBy: (key) => key.kind !== 'rsa' || key.modulusIsOdd,
    refusal: 'The RSA modulus is even, so it is no product of two large primes.',
  },
  {
    // NIST SP 800-89, 5.3.3: odd and at least 2^16 + 1. Above 32 bits only checking gets slower.
    code: 'rsa_exponent_refused',
    keptBy: (key) =>
      key.kind !== 'rsa' || (key.exponent % 2n === 1n && key.exponent >= MIN_EXPONENT && key.exponent <= MAX_EXPONENT),
    refusal: 'The RSA public exponent is not an odd number from 65537 to 4294967295.',
  },
];

/** What a request must satisfy, in the order of asking. */
const requestRules: readonly Rule<PresentedRequest>[] = [
  {
    code: 'request_too_large',
    keptBy: (request) => request.sizeBytes <= MAX_REQUEST_BYTES,
    refusal: `The certificate request is larger than ${MAX_REQUEST_BYTES} bytes.`,
  },
  ...keyRules.map(({ code, keptBy, refusal }) => ({
    code,
    keptBy: (request: PresentedRequest) => keptBy(request.key),
    refusal,
  })),
  {
    code: 'possession_not_proven',
    keptBy: (request) => request.provesPossession(),
    refusal: 'The request is not signed by the private key of the public key it presents.',
  },
];

const firstBroken = <T>(rules: readonly Rule<T>[], asked: T, subject: string): Finding | null => {
  const broken = rules.find((rule) => !rule.keptBy(asked));
  return broken === undefined ? null : error(broken.code, subject, broken.refusal);
};

/**
 * Decides whether a certificate may be made for the key of a request.
 * @param subject whom the finding should name
 * @returns the first rule that is broken, or null when none is
 */
export const judgeRequest = (request: PresentedRequest, subject: string): Finding | null =>
  firstBroken(requestRules, request, subject);

/** Decides the same of a bare public key, for example one of our own making or one that stands in an older record. */
export const judgePublicKey = (key: PublicKeyReading, subject: string): Finding | null =>
  firstBroken(keyRules, key, subject);
