import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertutilUsage, DATABASE_FILES, Nickname, TrustFlags } from '../../../src/core/qnetd/nss.ts';
import { readRequest } from '../../../src/platform/crypto/request.ts';
import { makeAuthority, must, orderFor, type TestAuthority } from './authority.ts';
import { createNssDatabase, type NssDatabase } from './nss-database.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'nss-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const create = (name: string): Promise<NssDatabase> => createNssDatabase(join(directory, name));

const keyOptions = {
  'RSA-2048': ['-g', '2048'],
  'P-256': ['-k', 'ec', '-q', 'nistp256'],
  'P-384': ['-k', 'ec', '-q', 'nistp384'],
} as const;

const sides = {
  client: { nickname: Nickname.clusterCert, leastTrust: TrustFlags.caOnNode, usage: CertutilUsage.client },
  server: { nickname: Nickname.qnetdCert, leastTrust: TrustFlags.caOnArbiter, usage: CertutilUsage.server },
} as const;

const install = async (
  database: NssDatabase,
  authority: TestAuthority,
  kind: 'client' | 'server',
  request: Uint8Array | string,
): Promise<void> => {
  const key = must(readRequest(request, kind));
  const issued = must(await authority.issuer.issue(orderFor(authority, kind, key), authority.profile(kind)));
  await database.add(sides[kind].nickname, TrustFlags.ownCertificate, issued.pem);
};

describe.skipIf(!existsSync('/usr/bin/certutil'))('NSS', () => {
  describe.each(['p256', 'rsa2048'] as const)('with a CA of %s', (caKind) => {
    it.each(
      (['client', 'server'] as const).flatMap((kind) =>
        (['RSA-2048', 'P-256', 'P-384'] as const).map((keyKind) => [kind, keyKind] as const),
      ),
    )('takes the certificate of a %s whose key it made itself (%s)', async (kind, keyKind) => {
      const authority = await makeAuthority(caKind);
      const database = await create(`${caKind}-${kind}-${keyKind}`);
      await database.add(Nickname.qnetCa, TrustFlags.caWhileVerifying, authority.ca.pem);
      await install(database, authority, kind, await database.request('CN=whatever', ...keyOptions[keyKind]));
      const { nickname, usage } = sides[kind];
      const verified = await database.certutil('-V', '-u', usage, '-n', nickname);
      expect(verified.stdout).toContain('certificate is valid');
      const listed = await database.certutil('-L');
      expect(listed.stdout).toMatch(new RegExp(`${nickname}\\s+u,u,u`));
    });
  });

  it.each(['client', 'server'] as const)(
    'judges a %s by more than the least trust, which is set afterwards',
    async (kind) => {
      const authority = await makeAuthority('p256');
      const database = await create(`least-trust-${kind}`);
      const { nickname, usage, leastTrust } = sides[kind];
      const verified = () => database.certutil('-V', '-u', usage, '-n', nickname);
      await database.add(Nickname.qnetCa, TrustFlags.caWhileVerifying, authority.ca.pem);
      await install(database, authority, kind, await database.request('CN=x'));
      expect((await verified()).stdout).toContain('certificate is valid');
      await database.certutil('-M', '-n', Nickname.qnetCa, '-t', leastTrust);
      await expect(verified()).rejects.toThrow();
      expect((await database.certutil('-L')).stdout).toMatch(new RegExp(`${Nickname.qnetCa}\\s+${leastTrust}\\s`));
    },
  );

  it('keeps the private key in the database, and all files are the ones we know', async () => {
    const authority = await makeAuthority('p256');
    const database = await create('files');
    await install(database, authority, 'client', await database.request('CN=x'));
    expect(DATABASE_FILES.every((name) => existsSync(database.file(name)))).toBe(true);
    expect((await database.certutil('-K')).stdout).toContain(Nickname.clusterCert);
  });

  it('writes requests as text too, which are read as well (certutil -a)', async () => {
    const authority = await makeAuthority('p256');
    const database = await create('ascii');
    const text = (await database.request('CN=x', '-a')).toString();
    expect(text).toContain('BEGIN NEW CERTIFICATE REQUEST');
    await database.add(Nickname.qnetCa, TrustFlags.caWhileVerifying, authority.ca.pem);
    await install(database, authority, 'client', text);
    expect((await database.certutil('-V', '-u', 'C', '-n', Nickname.clusterCert)).stdout).toContain('is valid');
  });

  it('refuses a client as a server, and a certificate of another CA', async () => {
    const [authority, other] = [await makeAuthority('p256'), await makeAuthority('p256')];
    const database = await create('refused');
    await database.add(Nickname.qnetCa, TrustFlags.caWhileVerifying, other.ca.pem);
    await install(database, authority, 'client', await database.request('CN=x'));
    await expect(database.certutil('-V', '-u', 'C', '-n', Nickname.clusterCert)).rejects.toThrow();
    await database.add('the right CA', TrustFlags.caWhileVerifying, authority.ca.pem);
    await expect(database.certutil('-V', '-u', 'V', '-n', Nickname.clusterCert)).rejects.toThrow();
    expect((await database.certutil('-V', '-u', 'C', '-n', Nickname.clusterCert)).stdout).toContain('is valid');
  });

  it('holds two generations of a CA beside each other (invariant 18)', async () => {
    const [first, second] = [await makeAuthority('p256'), await makeAuthority('p256')];
    const database = await create('generations');
    await database.add('QNet CA', TrustFlags.caWhileVerifying, first.ca.pem);
    await database.add('QNet CA G2', TrustFlags.caWhileVerifying, second.ca.pem);
    await install(database, second, 'client', await database.request('CN=x'));
    expect((await database.certutil('-V', '-u', 'C', '-n', Nickname.clusterCert)).stdout).toContain('is valid');
    expect((await database.certutil('-L')).stdout).toMatch(/QNet CA .*\n?[\s\S]*QNet CA G2/);
  });
});
