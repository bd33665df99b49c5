import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An NSS database as the certutil scripts of corosync-qdevice make it: with an empty password. */
export class NssDatabase {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  certutil(...options: readonly string[]): Promise<{ stdout: string }> {
    return run('certutil', [...options, '-d', this.path, '-f', this.file('pwdfile.txt')]);
  }

  /** Makes a key inside the database and a request for it. */
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

export const createNssDatabase = async (path: string): Promise<NssDatabase> => {
  mkdirSync(path);
  writeFileSync(join(path, 'pwdfile.txt'), '');
  writeFileSync(join(path, 'noise'), randomBytes(64));
  const database = new NssDatabase(path);
  await database.certutil('-N');
  return database;
};
