import { describe, expect, it } from 'vitest';
import { randomTokenSecret } from '../../../src/platform/crypto/random.ts';
import { hashToken, matchesTokenHash } from '../../../src/platform/crypto/token-hash.ts';

describe('token hashes', () => {
  it('are SHA-256 (FIPS 180-2, B.1)', () => {
    expect(hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('match the secret they were made of', () => {
    const secret = randomTokenSecret().reveal();
    expect(matchesTokenHash(secret, hashToken(secret))).toBe(true);
  });

  it('match no other secret', () => {
    const stored = hashToken(randomTokenSecret().reveal());
    expect(matchesTokenHash(randomTokenSecret().reveal(), stored)).toBe(false);
    expect(matchesTokenHash('', stored)).toBe(false);
  });

  it.each(['', 'zz', hashToken('abc').slice(2), `${hashToken('abc')}00`, 'not hexadecimal at all'])(
    'match nothing when what is stored is %j',
    (stored) => {
      expect(matchesTokenHash('abc', stored)).toBe(false);
    },
  );
});
