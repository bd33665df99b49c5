import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * How the secret part of a token is stored: SHA-256, lower-case hexadecimal. A slow hash would add nothing, because
 * the secret is 256 random bits and not a person's password.
 */
export const hashToken = (secret: string): string => createHash('sha256').update(secret, 'utf8').digest('hex');

/**
 * Whether a presented secret is the stored one. Takes the same time wherever the two differ.
 * @param storedHash as `hashToken` made it; anything else matches nothing
 */
export const matchesTokenHash = (secret: string, storedHash: string): boolean => {
  const expected = Buffer.from(storedHash, 'hex');
  const presented = createHash('sha256').update(secret, 'utf8').digest();
  return expected.length === presented.length && timingSafeEqual(presented, expected);
};
