import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { hostAddress, hostKeyFingerprint, userName, type HostKeyFingerprint } from '../../../src/core/names.ts';
import type { Result } from '../../../src/core/finding.ts';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import type { SshTarget } from '../../../src/platform/ssh/ssh.ts';

export const valid = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.findings.map((finding) => finding.message).join());
  return result.value;
};

export const LOOPBACK = valid(hostAddress('127.0.0.1'));

/** A port of the loopback on which nothing listens now. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

export type KeyType = 'ed25519' | 'ecdsa' | 'rsa';

export interface KeyFile {
  readonly path: string;
  readonly fingerprint: HostKeyFingerprint;
}

/** A new key pair of OpenSSH's own making. */
export const makeKey = (directory: string, name: string, type: KeyType): KeyFile => {
  const path = join(directory, name);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', name, '-f', path]);
  const [, fingerprint = ''] = execFileSync('ssh-keygen', ['-lf', path], { encoding: 'utf8' }).split(' ');
  return { path, fingerprint: valid(hostKeyFingerprint(fingerprint)) };
};

/** Debian's own sshd on a port of the loopback, with keys, configuration and log of its own. */
export class Sshd implements AsyncDisposable {
  readonly target: SshTarget;
  readonly #process: ChildProcess;
  readonly #directory: string;
  readonly #log: string[];

  private constructor(process: ChildProcess, directory: string, target: SshTarget, log: string[]) {
    this.#process = process;
    this.#directory = directory;
    this.target = target;
    this.#log = log;
  }

  /**
   * Logs in as whoever runs the tests. The target pins the first of the host's keys. Of `extra` lines of configuration
   * each goes before our own (sshd_config(5): the first value is used).
   */
  static async start(hostKeyTypes: readonly KeyType[] = ['ed25519'], extra: readonly string[] = []): Promise<Sshd> {
    const directory = mkdtempSync(join(tmpdir(), 'umpire-sshd-'));
    const hostKeys = hostKeyTypes.map((type) => makeKey(directory, `host_${type}`, type));
    const user = makeKey(directory, 'user', 'ed25519');
    copyFileSync(`${user.path}.pub`, join(directory, 'authorized_keys'));
    const port = await freePort();
    writeFileSync(join(directory, 'sshd_config'), configuration(directory, port, hostKeys, extra));
    // Where sshd confines its unprivileged half; on a running system systemd makes it.
    mkdirSync('/run/sshd', { recursive: true });
    const log: string[] = [];
    const process = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(directory, 'sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await listening(process, log);
    const target: SshTarget = {
      address: LOOPBACK,
      port,
      user: valid(userName(userInfo().username)),
      privateKey: new Secret(readFileSync(user.path, 'utf8')),
      hostKey: hostKeys[0]!.fingerprint,
    };
    return new Sshd(process, directory, target, log);
  }

  /** What sshd wrote until now. */
  get log(): string {
    return this.#log.join('');
  }

  fingerprintOf(type: KeyType): HostKeyFingerprint {
    const path = join(this.#directory, `host_${type}`);
    const [, fingerprint = ''] = execFileSync('ssh-keygen', ['-lf', path], { encoding: 'utf8' }).split(' ');
    return valid(hostKeyFingerprint(fingerprint));
  }

  /** Stops it; its log is then complete, for `close` waits for all who write to it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.kill();
    await ended;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

const configuration = (directory: string, port: number, hostKeys: readonly KeyFile[], extra: readonly string[]) =>
  [
    ...extra,
    `Port ${port}`,
    `ListenAddress ${LOOPBACK}`,
    ...hostKeys.map(({ path }) => `HostKey ${path}`),
    `AuthorizedKeysFile ${join(directory, 'authorized_keys')}`,
    'PidFile none',
    'UsePAM no',
    'UseDNS no',
    'StrictModes no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    'MaxStartups 100:30:200',
    'LogLevel VERBOSE',
    // bash reads ~/.bashrc when sshd starts it, unless it finds itself nested (bash's `shell.c`, `run_startup_files`).
    'SetEnv SHLVL=1',
    '',
  ].join('\n');

const listening = (process: ChildProcess, log: string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stderr?.on('data', (chunk: Buffer) => {
      log.push(chunk.toString());
      if (log.join('').includes('Server listening on')) resolve();
    });
    process.once('exit', () => reject(new Error(`sshd did not start: ${log.join('')}`)));
    process.once('error', reject);
  });
