import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Nickname, TrustFlags } from '../../../src/core/qnetd/nss.ts';
import { readRequest } from '../../../src/platform/crypto/request.ts';
import { must, orderFor, type TestAuthority } from '../crypto/authority.ts';
import { createNssDatabase } from '../crypto/nss-database.ts';

export const QNETD = '/usr/bin/corosync-qnetd';

/** A corosync-qnetd of Debian's, on loopback, with its files in a directory of its own. */
export interface RealQnetd {
  readonly port: number;
  /** What `corosync-qnetd-tool` prints with this option. */
  tool(option: '-s' | '-l'): string;
  stop(): Promise<void>;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

const untilItAccepts = async (port: number, child: ChildProcess): Promise<void> => {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`corosync-qnetd ended with ${child.exitCode}`);
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('corosync-qnetd does not listen');
};

/**
 * Starts one.
 * @param tls its option `-s`
 * @param options further options, for example `-c off`
 */
export const startQnetd = async (
  authority: TestAuthority,
  tls: 'off' | 'on' | 'req',
  ...options: readonly string[]
): Promise<RealQnetd> => {
  const directory = mkdtempSync(join(tmpdir(), 'qnetd-'));
  const database = await createNssDatabase(join(directory, 'nssdb'));
  await database.add(Nickname.qnetCa, TrustFlags.caOnArbiter, authority.ca.pem);
  const key = must(readRequest(await database.request('CN=x', '-k', 'ec', '-q', 'nistp256'), 'qnetd'));
  const server = must(await authority.issuer.issue(orderFor(authority, 'server', key), authority.profile('server')));
  await database.add(Nickname.qnetdCert, TrustFlags.ownCertificate, server.pem);
  const port = await freePort();
  const socket = join(directory, 'socket');
  const settings = [
    `nss_db_dir=${database.path}`,
    `lock_file=${join(directory, 'pid')}`,
    `local_socket_file=${socket}`,
  ];
  const child = spawn(
    QNETD,
    [
      '-f',
      '-l',
      '127.0.0.1',
      '-p',
      String(port),
      '-s',
      tls,
      ...options,
      ...settings.flatMap((setting) => ['-S', setting]),
    ],
    { stdio: 'ignore' },
  );
  await untilItAccepts(port, child);
  return {
    port,
    tool: (option) => execFileSync('corosync-qnetd-tool', [option, '-p', socket], { encoding: 'utf8' }),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(directory, { recursive: true });
    },
  };
};
