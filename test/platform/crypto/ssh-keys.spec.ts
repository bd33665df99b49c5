import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostKeyFingerprint } from '../../../src/core/names.ts';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { generateSshKey, readSshKey } from '../../../src/platform/crypto/ssh-keys.ts';
import { parsedPrivateKey } from '../../../src/platform/ssh/user-key.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ssh-keys-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const keygen = (...options: readonly string[]): string => execFileSync('ssh-keygen', options, { encoding: 'utf8' });

/** Has OpenSSH make a key, and returns its file. */
const made = (name: string, ...options: readonly string[]): string => {
  const file = join(directory, name);
  keygen('-q', '-N', '', '-C', 'msp@example', '-f', file, ...options);
  return file;
};

const code = (text: string): string | undefined => {
  const read = readSshKey(new Secret(text), 'msp');
  return read.ok ? undefined : read.findings[0]?.code;
};

describe('generateSshKey', () => {
  it('makes a key that OpenSSH takes, with the same public line and fingerprint', async () => {
    const pair = await generateSshKey('umpire arbiter');
    const file = join(directory, 'generated');
    writeFileSync(file, pair.privateKey.reveal());
    chmodSync(file, 0o600);
    expect(keygen('-y', '-f', file).trim()).toBe(pair.publicKey);
    expect(keygen('-lf', file)).toContain(pair.fingerprint);
    expect(pair.publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]+=* umpire arbiter$/);
    expect(hostKeyFingerprint(pair.fingerprint).ok).toBe(true);
  });

  it('makes another key each time', async () => {
    const pairs = await Promise.all(Array.from({ length: 8 }, () => generateSshKey('')));
    expect(new Set(pairs.map(({ fingerprint }) => fingerprint)).size).toBe(8);
  });

  it('never shows the private key (invariant 16)', async () => {
    const pair = await generateSshKey('x');
    const line = pair.privateKey.reveal().split('\n')[2] ?? '';
    expect(line.length).toBeGreaterThan(40);
    expect(inspect(pair, { depth: 9 }) + JSON.stringify(pair)).not.toContain(line);
  });

  it('refuses a comment that would not stay on its line', async () => {
    await expect(generateSshKey('x\ncommand="id" ssh-rsa')).rejects.toThrow(RangeError);
  });
});

describe('readSshKey', () => {
  it.each<[string, readonly string[]]>([
    ['ed25519', ['-t', 'ed25519']],
    ['rsa', ['-t', 'rsa', '-b', '2048']],
    ['ecdsa', ['-t', 'ecdsa', '-b', '256']],
    ['ecdsa521', ['-t', 'ecdsa', '-b', '521']],
    ['rsa-pem', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
    ['ecdsa-pem', ['-t', 'ecdsa', '-b', '256', '-m', 'PEM']],
  ])('derives what ssh-keygen derives of a key of kind %s', (name, options) => {
    const file = made(name, ...options);
    const read = readSshKey(new Secret(readFileSync(file, 'utf8')), 'msp');
    if (!read.ok) throw new Error(read.findings[0]?.code);
    const [type, base64] = readFileSync(`${file}.pub`, 'utf8').split(' ');
    expect(read.value.publicKey.split(' ').slice(0, 2)).toEqual([type, base64]);
    expect(keygen('-lf', file)).toContain(read.value.fingerprint);
  });

  it('takes a key with the line ends of Windows and blanks around it, and cleans it', () => {
    const text = readFileSync(made('windows', '-t', 'ed25519'), 'utf8');
    const read = readSshKey(new Secret(`\n ${text.replaceAll('\n', '\r\n')} \r\n`), 'msp');
    expect(read.ok && read.value.privateKey.reveal()).toBe(text);
  });

  it('refuses a key with a passphrase and says how to take it away', () => {
    const file = join(directory, 'locked');
    keygen('-q', '-t', 'ed25519', '-N', 'open sesame', '-f', file);
    expect(code(readFileSync(file, 'utf8'))).toBe('ssh_key_encrypted');
    const pem = join(directory, 'locked-pem');
    keygen('-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', 'open sesame', '-f', pem);
    expect(code(readFileSync(pem, 'utf8'))).toBe('ssh_key_encrypted');
  });

  it('refuses the public key in place of the private one', () => {
    expect(code(readFileSync(`${made('public', '-t', 'ed25519')}.pub`, 'utf8'))).toBe('ssh_key_public');
  });

  it('refuses RSA of 1024 bits', () => {
    expect(code(readFileSync(made('weak', '-t', 'rsa', '-b', '1024'), 'utf8'))).toBe('ssh_key_too_weak');
  });

  it('refuses a key whose public part was exchanged', () => {
    const [one, other] = [made('one', '-t', 'ed25519'), made('other', '-t', 'ed25519')];
    const text = readFileSync(one, 'utf8');
    const body = Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64');
    const publicPart = (file: string): Buffer =>
      Buffer.from(readFileSync(`${file}.pub`, 'utf8').split(' ')[1] ?? '', 'base64').subarray(-32);
    const swapped = Buffer.from(
      body.toString('latin1').replaceAll(publicPart(one).toString('latin1'), publicPart(other).toString('latin1')),
      'latin1',
    );
    const rewritten = `-----BEGIN OPENSSH PRIVATE KEY-----\n${swapped.toString('base64').replace(/.{70}/g, '$&\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
    expect(code(rewritten)).toBe('ssh_key_inconsistent');
  });

  it.each<[string, () => string]>([
    ['nothing', () => ''],
    ['rubbish', () => 'rubbish'],
    ['a PEM block of rubbish', () => '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----'],
    ['a key that is cut off', () => readFileSync(made('cut', '-t', 'ed25519'), 'utf8').slice(0, 200)],
    [
      'PKCS#8 of Ed25519, which ssh2 does not read',
      () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ],
    ['megabytes', () => `-----BEGIN OPENSSH PRIVATE KEY-----\n${'A'.repeat(2_000_000)}`],
  ])('refuses %s, and repeats nothing of it', (_, make) => {
    const text = make();
    const refused = readSshKey(new Secret(text), 'msp');
    expect(refused).toMatchObject({ ok: false, findings: [{ code: 'ssh_key_unreadable', subject: 'msp' }] });
    expect(JSON.stringify(refused).length).toBeLessThan(400);
  });
});

describe('a generated key', () => {
  // ssh2's own generator made one unreadable key in 256: it stripped leading zero bytes.
  it('can be read, 2,000 times out of 2,000', async () => {
    for (let round = 0; round < 2_000; round += 1)
      expect((await generateSshKey('umpire')).publicKey).toMatch(/^ssh-ed25519 /);
  });

  it('signs what its public side verifies', async () => {
    const key = parsedPrivateKey((await generateSshKey('umpire')).privateKey);
    const signature = key?.sign('the vote');
    expect(signature).toBeInstanceOf(Buffer);
    expect(key?.verify('the vote', signature as Buffer)).toBe(true);
    expect(key?.verify('another vote', signature as Buffer)).toBe(false);
  });
});

describe('a damaged key', () => {
  it('is either read or refused, never thrown over', async () => {
    const text = (await generateSshKey('umpire')).privateKey.reveal();
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), fc.nat(40), (at, inserted, cut) => {
        const damaged = new Secret(text.slice(0, at) + inserted + text.slice(at + cut));
        expect(() => readSshKey(damaged, 'privateKey')).not.toThrow();
        expect(() => parsedPrivateKey(damaged)).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });
});
