import { createCipheriv, createDecipheriv } from 'node:crypto';
import { error, fail, succeed, type Result } from '../../core/finding.ts';
import type { Kek, Keyring } from './kek.ts';
import { randomNonce } from './random.ts';
import { Secret } from './secret.ts';

/** Where a sealed text stands. It is bound to its place: moved to another row, column or table, it does not open. */
export interface Place {
  readonly table: string;
  readonly column: string;
  readonly id: string;
}

const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D: the full 128 bits, as every shorter tag is easier to forge. */
const TAG_BYTES = 16;
const ENVELOPE = /^v1:(?<keyId>[0-9a-f]{16}):(?<nonce>[A-Za-z0-9_-]{16}):(?<sealed>[A-Za-z0-9_-]{22,})$/;

/**
 * Seals a secret for one place in the database.
 * @returns `v1:<key id>:<nonce>:<ciphertext and tag>`, the last two in base64url without padding
 */
export const seal = (secret: Secret, place: Place, { current }: Keyring): string => {
  const nonce = randomNonce();
  const cipher = createCipheriv(CIPHER, current.key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(place, current));
  const sealed = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return [VERSION, current.id, Buffer.from(nonce).toString('base64url'), sealed.toString('base64url')].join(':');
};

/**
 * Opens a sealed text.
 * @param place where it was found, not where it says it belongs
 * @returns the secret; `seal_unreadable` when it is no sealed text, `seal_key_unknown` when the keyring lacks its key,
 *   or `seal_broken` when it was changed or belongs elsewhere
 */
export const unseal = (sealed: string, place: Place, keyring: Keyring): Result<Secret> => {
  const parts = ENVELOPE.exec(sealed)?.groups;
  if (parts === undefined) return refuse('seal_unreadable', place, 'This is no sealed text.');
  const kek = keyring.find(parts['keyId'] ?? '');
  if (kek === null) return refuse('seal_key_unknown', place, 'It was sealed with a key that is not at hand.');
  const bytes = Buffer.from(parts['sealed'] ?? '', 'base64url');
  const nonce = Buffer.from(parts['nonce'] ?? '', 'base64url');
  // Base64url decodes several texts to the same bytes; only the one that `seal` wrote is taken.
  if (bytes.toString('base64url') !== parts['sealed'])
    return refuse('seal_unreadable', place, 'This is no sealed text.');
  try {
    return succeed(new Secret(decrypt(bytes, nonce, place, kek)));
  } catch {
    return refuse('seal_broken', place, 'The sealed text was changed, or belongs to another row.');
  }
};

/** Seals again with the current key; a text that already is stays as it stands. Fails as `unseal` does. */
export const reseal = (sealed: string, place: Place, keyring: Keyring): Result<string> => {
  const opened = unseal(sealed, place, keyring);
  if (!opened.ok) return opened;
  return succeed(sealed.startsWith(`${VERSION}:${keyring.current.id}:`) ? sealed : seal(opened.value, place, keyring));
};

const decrypt = (bytes: Buffer, nonce: Buffer, place: Place, kek: Kek): string => {
  const decipher = createDecipheriv(CIPHER, kek.key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(place, kek));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
};

/** JSON, so that no two places give the same bytes, whatever characters their names hold. */
const boundTo = ({ table, column, id }: Place, kek: Kek): Buffer =>
  Buffer.from(JSON.stringify([VERSION, kek.id, table, column, id]), 'utf8');

const refuse = (code: string, { table, column, id }: Place, why: string) =>
  fail(error(code, `${table}.${column}`, `A stored secret cannot be opened. ${why}`, { id }));
