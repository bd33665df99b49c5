import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { error, fail, succeed, type Result } from '../../core/finding.ts';
import type { Secret } from './secret.ts';

/** The key-encryption key: seals the secrets that stand in the database, and is itself never there. */
export interface Kek {
  /** Says which key sealed a text, and nothing about the key: the first 16 hexadecimal digits of an HMAC under it. */
  readonly id: string;
  /** A KeyObject prints no key material, whoever inspects or serialises it. */
  readonly key: KeyObject;
}

const BASE64_OF_32_BYTES = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Loads a key-encryption key.
 * @param base64 32 bytes in base64, blanks and newlines around it allowed
 * @returns the key; or `invalid_kek`, which does not repeat what was given
 */
export const loadKek = (base64: Secret): Result<Kek> => {
  const text = base64.reveal().trim();
  const bytes = Buffer.from(text, 'base64');
  // The round trip refuses stray bits in the last digit, so that one key has one text.
  if (!BASE64_OF_32_BYTES.test(text) || bytes.toString('base64') !== text) {
    return fail(error('invalid_kek', 'kek', 'The key-encryption key must be 32 bytes in base64, 44 characters.'));
  }
  const key = createSecretKey(bytes);
  const id = createHmac('sha256', key).update('umpire kek id').digest('hex').slice(0, 16);
  bytes.fill(0);
  return succeed({ id, key });
};

/** The key that seals, and older ones that still open. To re-key: put the new one first, `reseal` every row, drop the old. */
export class Keyring {
  readonly current: Kek;
  readonly #byId: ReadonlyMap<string, Kek>;

  constructor(current: Kek, older: readonly Kek[] = []) {
    this.current = current;
    this.#byId = new Map([...older, current].map((kek) => [kek.id, kek]));
  }

  find(id: string): Kek | null {
    return this.#byId.get(id) ?? null;
  }
}
