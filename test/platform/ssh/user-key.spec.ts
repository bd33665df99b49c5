import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { newUserKey, parsedPrivateKey, readUserKey } from '../../../src/platform/ssh/user-key.ts';
import { makeKey, valid, type KeyType } from './sshd.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'umpire-keys-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a user’s key', () => {
  it.each<KeyType>(['ed25519', 'ecdsa', 'rsa'])('of type %s has the public side that ssh-keygen wrote', (type) => {
    const { path, fingerprint } = makeKey(directory, `user_${type}`, type);
    const [keyType, body] = readFileSync(`${path}.pub`, 'utf8').split(' ');
    expect(valid(readUserKey(new Secret(readFileSync(path, 'utf8'))))).toEqual({
      publicKey: `${keyType} ${body}`,
      fingerprint,
      keyType,
    });
  });

  it('that is new is one that OpenSSH reads, and no other', async () => {
    const [one, two] = await Promise.all([newUserKey(), newUserKey()]);
    const path = join(directory, 'new');
    writeFileSync(path, one.reveal());
    chmodSync(path, 0o600);
    const printed = execFileSync('ssh-keygen', ['-y', '-P', '', '-f', path], { encoding: 'utf8' }).trim();
    const { publicKey, keyType } = valid(readUserKey(one));
    expect(printed.split(' ').slice(0, 2).join(' ')).toBe(publicKey);
    expect(keyType).toBe('ssh-ed25519');
    expect(valid(readUserKey(two)).publicKey).not.toBe(publicKey);
  });

  it('that is new can be read, 2,000 times out of 2,000', async () => {
    for (let round = 0; round < 2_000; round += 1) {
      expect(readUserKey(await newUserKey()).findings).toEqual([]);
    }
  });

  it('that is new signs what its public side verifies', async () => {
    const key = parsedPrivateKey(await newUserKey());
    const signature = key?.sign('the vote');
    expect(signature).toBeInstanceOf(Buffer);
    expect(key?.verify('the vote', signature as Buffer)).toBe(true);
    expect(key?.verify('another vote', signature as Buffer)).toBe(false);
  });
});

describe('what is no usable key', () => {
  const refusal = (text: string): unknown => {
    const result = readUserKey(new Secret(text));
    return result.ok ? result.value : result.findings;
  };
  const refused = [expect.objectContaining({ code: 'invalid_private_key', subject: 'privateKey' })];

  it.each([
    ['nothing', ''],
    ['prose', 'my secret key'],
    ['a certificate’s form', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['an empty key', '-----BEGIN OPENSSH PRIVATE KEY-----\n-----END OPENSSH PRIVATE KEY-----\n'],
  ])('%s is refused', (_name, text) => {
    expect(refusal(text)).toEqual(refused);
  });

  it('a public key, a locked key and a key in PKCS#8 are refused', () => {
    const { path } = makeKey(directory, 'plain', 'ed25519');
    expect(refusal(readFileSync(`${path}.pub`, 'utf8'))).toEqual(refused);
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'correct horse', '-f', path]);
    expect(refusal(readFileSync(path, 'utf8'))).toEqual(refused);
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(refusal(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())).toEqual(refused);
  });

  it('a key with any part damaged is either read or refused, never thrown over', async () => {
    const text = (await newUserKey()).reveal();
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), fc.nat(40), (at, inserted, cut) => {
        const damaged = text.slice(0, at) + inserted + text.slice(at + cut);
        const findings = readUserKey(new Secret(damaged)).findings;
        expect(findings.every(({ code }) => code === 'invalid_private_key')).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
