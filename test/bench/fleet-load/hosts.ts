import { createServer, type AddressInfo, type Socket } from 'node:net';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import type { ToolOutput } from '../../../src/core/corosync/tools/tool.ts';
import { generateSshKey } from '../../../src/platform/crypto/ssh-keys.ts';
import { offeredHostKey } from '../../../src/platform/ssh/host-key.ts';
import { parsedPrivateKey } from '../../../src/platform/ssh/user-key.ts';
import { report, told } from '../../core/facts/frames.ts';
import { addressOf, arbiterTools, nodeTools } from '../readings/fleet.ts';
import type { HostsPlace } from './messages.ts';
import { clustersOf, conditionNow, hostsByAddress, secondOfDay, type Host } from './world.ts';

/** See `scriptInput`: with this the script has come whole. */
const END_OF_SCRIPT = 'exit "$umpire_status"\n}\n';
const NONCE = /[0-9a-f]{32}/;
/**
 * A node is asked so seldom that its connection is not worth keeping: twenty thousand of them would fill two processes. While the
 * cluster is not well it is asked at each look at its arbiter, and the connection lasts.
 */
const IDLE_MS = 25_000;

/** All arbiters and nodes behind one SSH server on every address of the loopback: who is asked is told by the address that was called. */
export class SimulatedHosts {
  readonly looks = { arbiter: 0, node: 0 };
  private readonly hosts: ReadonlyMap<string, Host>;
  private readonly clusters: number;

  constructor(clusters: number) {
    this.clusters = clusters;
    this.hosts = hostsByAddress(clusters);
  }

  async listen(): Promise<HostsPlace> {
    const { privateKey } = await generateSshKey('fleet');
    const publicKey = parsedPrivateKey(privateKey)?.getPublicSSH();
    if (!publicKey) throw new Error('not a private key');
    const server = createServer((socket) => {
      const host = this.hosts.get(socket.localAddress ?? '');
      if (!host || !socket.remoteAddress?.startsWith('127.')) return void socket.destroy();
      socket.setNoDelay(true);
      const protocol = new ssh2.Server({ hostKeys: [privateKey.reveal()] }, (connection) =>
        this.serve(connection, host, socket),
      );
      protocol.injectSocket(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    return {
      port: (server.address() as AddressInfo).port,
      hostKeyFingerprint: offeredHostKey(publicKey).fingerprint,
    };
  }

  private serve(connection: Connection, host: Host, socket: Socket): void {
    connection.on('error', () => undefined);
    connection.on('authentication', (attempt) => attempt.accept());
    if (host.kind === 'node') socket.setTimeout(IDLE_MS, () => connection.end());
    connection.on('session', (accept) =>
      accept().on('exec', (acceptExec, _refuse, { command }) => {
        const channel = acceptExec();
        channel.on('error', () => undefined);
        this.carryOut(channel, host, NONCE.exec(command)?.[0] ?? '');
      }),
    );
  }

  private carryOut(channel: ServerChannel, host: Host, nonce: string): void {
    let input = '';
    channel.on('data', (chunk: Buffer) => {
      input += chunk.toString('latin1');
      if (!input.endsWith(END_OF_SCRIPT)) return;
      this.looks[host.kind] += 1;
      channel.write(report(this.answer(host), nonce));
      channel.exit(0);
      channel.end();
    });
  }

  private answer(host: Host): Readonly<Record<string, ToolOutput>> {
    if (host.kind === 'arbiter')
      return arbiterTools(
        clustersOf(host.instance, this.clusters).map((cluster) => ({ cluster, condition: conditionNow(cluster) })),
      );
    const { cluster, node } = host;
    const tools = nodeTools(cluster, node, conditionNow(cluster), secondOfDay());
    return { ...tools, ownAddresses: told(`${addressOf(cluster, node)}\n`) };
  }
}
