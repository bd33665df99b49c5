import { randomTokenSecret, randomUUIDv7 } from '../platform/crypto/random.ts';
import { Secret } from '../platform/crypto/secret.ts';
import { hashToken } from '../platform/crypto/token-hash.ts';

/** A new token: shown to one person once, kept as its hash. */
export interface MintedToken {
  readonly id: string;
  /** `ump_<id>_<256 random bits in hexadecimal>`: the id tells which token it is, the prefix that it is one of ours. */
  readonly text: Secret;
  readonly hash: string;
}

export const mintToken = (): MintedToken => {
  const id = randomUUIDv7();
  const text = new Secret(`ump_${id}_${randomTokenSecret().reveal()}`);
  return { id, text, hash: hashToken(text.reveal()) };
};
