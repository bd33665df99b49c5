import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKeys, type KeyKind } from '../../../src/platform/crypto/keys.ts';
import { makeAuthority, must, orderFor } from './authority.ts';

const run = promisify(execFile);

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'openssl-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const file = (name: string, content: string): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

const CA_KINDS: readonly KeyKind[] = ['p256', 'p384', 'rsa2048', 'rsa4096'];

describe('openssl verify -x509_strict', () => {
  it.each(CA_KINDS)('is content with what a CA with %s signs', async (caKind) => {
    const authority = await makeAuthority(caKind);
    const caFile = file(`${caKind}.pem`, authority.ca.pem);
    const self = await run('openssl', ['verify', '-x509_strict', '-check_ss_sig', '-CAfile', caFile, caFile]);
    expect(self.stdout).toContain(': OK');
    for (const kind of ['client', 'server'] as const) {
      for (const keyKind of ['p256', 'p384', 'rsa2048'] as const) {
        const key = (await generateKeys(keyKind)).publicKey;
        const issued = must(await authority.issuer.issue(orderFor(authority, kind, key), authority.profile(kind)));
        const path = file(`${caKind}-${kind}-${keyKind}.pem`, issued.pem);
        const purpose = kind === 'client' ? 'sslclient' : 'sslserver';
        const verified = await run('openssl', ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', caFile, path]);
        expect(verified.stdout).toContain(': OK');
      }
    }
  });

  it('refuses a client as a server and a server as a client', async () => {
    const authority = await makeAuthority('p256');
    const caFile = file('purpose.pem', authority.ca.pem);
    const { publicKey } = await generateKeys('p256');
    const swapped = { client: 'sslserver', server: 'sslclient' } as const;
    for (const kind of ['client', 'server'] as const) {
      const issued = must(await authority.issuer.issue(orderFor(authority, kind, publicKey), authority.profile(kind)));
      const path = file(`swapped-${kind}.pem`, issued.pem);
      const verified = run('openssl', ['verify', '-x509_strict', '-purpose', swapped[kind], '-CAfile', caFile, path]);
      await expect(verified).rejects.toThrow(/(unsuitable|unsupported) certificate purpose/);
    }
  });

  it('refuses what another CA of the same kind has signed', async () => {
    const [one, other] = [await makeAuthority('p256'), await makeAuthority('p256')];
    const { publicKey } = await generateKeys('p256');
    const issued = must(await one.issuer.issue(orderFor(one, 'client', publicKey), one.profile('client')));
    const path = file('foreign.pem', issued.pem);
    await expect(run('openssl', ['verify', '-CAfile', file('other.pem', other.ca.pem), path])).rejects.toThrow(
      /unable to get/,
    );
  });
});
