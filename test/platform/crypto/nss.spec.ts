import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertutilUsage, DATABASE_FILES, Nickname, TrustFlags } from '../../../src/core/qnetd/nss.ts';
import { readRequest } from '../../../src/platform/crypto/request.ts';
import { makeAuthority, must, orderFor, type TestAuthority } from './authority.ts';

const run = promisify(execFile);

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'nss-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A database as the certutil scripts make it, with an empty password. */
class Database {
  readonly path: string;

  constructor(name: string) {
    this.path = join(directory, name);
    mkdirSync(this.path);
    writeFileSync(this.file('pwdfile.txt'), '');
    writeFileSync(this.file('noise'), randomBytes(64));
  }

  file(name: string): string {
    return join(this.path, name);
  }

  certutil(...options: readonly string[]): Promise<{ stdout: string }> {
    return run('certutil', [...options, '-d', this.path, '-f', this.file('pwdfile.txt')]);
  }

  async request(subject: string, ...keyOptions: readonly string[]): Promise<Buffer> {
    const out = this.file('request');
    await this.certutil('-R', '-s', subject, '-o', out, '-z', this.file('noise'), ...keyOptions);
    return readFileSync(out);
  }

  async add(nickname: string, trust: string, pem: string): Promise<void> {
    const path = this.file('certificate.pem');
    writeFileSync(path, pem);
    await this.certutil('-A', '-n', nickname, '-t', trust, '-a', '-i', path);
  }
}

const create = async (name: string): Promise<Database> => {
  const database = new Database(name);
  await database.certutil('-N');
  return database;
};

const keyOptions = {
  'RSA-2048': ['-g', '2048'],
  'P-256': ['-k', 'ec', '-q', 'nistp256'],
  'P-384': ['-k', 'ec', '-q', 'nistp384'],
} as const;

const sides = {
  client: { nickname: Nickname.clusterCert, caTrust: TrustFlags.caOnNode, usage: CertutilUsage.client },
  server: { nickname: Nickname.qnetdCert, caTrust: TrustFlags.caOnArbiter, usage: CertutilUsage.server },
} as const;

const install = async (
  database: Database,
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
      // `certutil -V` trusts by the side that looks: a client's certificate is judged by `T`, a server's by `C`.
      await database.add(Nickname.qnetCa, 'CT,,', authority.ca.pem);
      await install(database, authority, kind, await database.request('CN=whatever', ...keyOptions[keyKind]));
      const { nickname, usage } = sides[kind];
      const verified = await database.certutil('-V', '-u', usage, '-n', nickname);
      expect(verified.stdout).toContain('certificate is valid');
      const listed = await database.certutil('-L');
      expect(listed.stdout).toMatch(new RegExp(`${nickname}\\s+u,u,u`));
    });
  });

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
    await database.add(Nickname.qnetCa, 'CT,,', authority.ca.pem);
    await install(database, authority, 'client', text);
    expect((await database.certutil('-V', '-u', 'C', '-n', Nickname.clusterCert)).stdout).toContain('is valid');
  });

  it('refuses a client as a server, and a certificate of another CA', async () => {
    const [authority, other] = [await makeAuthority('p256'), await makeAuthority('p256')];
    const database = await create('refused');
    await database.add(Nickname.qnetCa, 'CT,,', other.ca.pem);
    await install(database, authority, 'client', await database.request('CN=x'));
    await expect(database.certutil('-V', '-u', 'C', '-n', Nickname.clusterCert)).rejects.toThrow();
    await database.add('the right CA', 'CT,,', authority.ca.pem);
    await expect(database.certutil('-V', '-u', 'V', '-n', Nickname.clusterCert)).rejects.toThrow();
    expect((await database.certutil('-V', '-u', 'C', '-n', Nickname.clusterCert)).stdout).toContain('is valid');
  });

  it('holds two generations of a CA beside each other (invariant 18)', async () => {
    const [first, second] = [await makeAuthority('p256'), await makeAuthority('p256')];
    const database = await create('generations');
    await database.add('QNet CA', 'CT,,', first.ca.pem);
    await database.add('QNet CA G2', 'CT,,', second.ca.pem);
    await install(database, second, 'client', await database.request('CN=x'));
    expect((await database.certutil('-V', '-u', 'C', '-n', Nickname.clusterCert)).stdout).toContain('is valid');
    expect((await database.certutil('-L')).stdout).toMatch(/QNet CA .*\n?[\s\S]*QNet CA G2/);
  });
});
