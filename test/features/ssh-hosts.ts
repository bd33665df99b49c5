import type { ServerChannel } from 'ssh2';
import { hostAddress, type HostAddress } from '../../src/core/names.ts';
import { SCRIPTS } from '../../src/hosts/scripts.ts';
import type { Payload, Script } from '../../src/platform/ssh/script.ts';
import { HostileServer } from '../platform/ssh/hostile-server.ts';
import { valid } from '../platform/ssh/sshd.ts';
import { ARBITER_ADDRESS } from './fake-cluster.ts';
import type { FakeHosts } from './fake-hosts.ts';

/** How a host is registered. */
export interface HostPlace {
  readonly address: string;
  readonly sshPort: number;
  readonly hostKeyFingerprint: string;
}

/** Longer than any test: the deadline that counts is the service's own. */
const FOR_EVER_MS = 600_000;

/** Hosts in the test's hand, behind real SSH servers on the loopback: for a service that runs in a process of its own. */
export class SshHosts implements AsyncDisposable {
  readonly #servers: ReadonlyMap<string, HostileServer>;

  private constructor(servers: ReadonlyMap<string, HostileServer>) {
    this.#servers = servers;
  }

  static async start(hosts: FakeHosts): Promise<SshHosts> {
    const addresses = [ARBITER_ADDRESS, ...hosts.cluster.nodes.map(({ address }) => address)];
    const servers = addresses.map(async (address) => {
      const onCommand = (channel: ServerChannel, line: string) => carryOut(hosts, address, channel, line);
      return [address, await HostileServer.start({ onCommand }, onLoopback(address))] as const;
    });
    return new SshHosts(new Map(await Promise.all(servers)));
  }

  /** Where a host of the fake cluster, by its address there, is reached. */
  placeOf(address: string): HostPlace {
    const server = this.#servers.get(address);
    if (!server) throw new Error(`no host at ${address}`);
    const { address: reached, port, hostKey } = server.target;
    return { address: reached, sshPort: port, hostKeyFingerprint: hostKey };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers.values()) await server[Symbol.asyncDispose]();
  }
}

/** All of 127.0.0.0/8 is the loopback's: each host has an address of its own there. */
const onLoopback = (address: string): HostAddress => valid(hostAddress(address.replace(/^10\./, '127.')));

const carryOut = (hosts: FakeHosts, address: string, channel: ServerChannel, line: string): void => {
  const gone = new AbortController();
  channel.on('close', () => gone.abort());
  let input = '';
  channel.on('data', (chunk: Buffer) => {
    input += chunk.toString('latin1');
    if (!input.endsWith('exit "$umpire_status"\n}\n')) return;
    void answer(hosts, address, { line, input, signal: gone.signal }).then(
      ({ stdout, stderr, exitCode }) => {
        channel.write(stdout);
        channel.stderr.write(stderr);
        channel.exit(exitCode);
        channel.end();
      },
      () => channel.close(),
    );
  });
};

interface Told {
  readonly line: string;
  readonly input: string;
  readonly signal: AbortSignal;
}

const answer = async (hosts: FakeHosts, address: string, { line, input, signal }: Told) => {
  const target = { address: address as HostAddress } as Parameters<FakeHosts['connect']>[0];
  const connection = await hosts.connect(target, { deadlineMs: FOR_EVER_MS });
  return connection.script(scriptIn(input), argsIn(line), {
    timeoutMs: FOR_EVER_MS,
    payload: payloadIn(input),
    signal,
  });
};

/** See `scriptInput`. */
const scriptIn = (input: string): Script => {
  const found = Object.values(SCRIPTS).find(({ text }) =>
    input.includes(`\nexec 3<&-\n${Buffer.from(text).toString('latin1')}\n)\n`),
  );
  if (!found) throw new Error('none of our scripts');
  return found;
};

/** What `quoted` has made of each word. */
const argsIn = (line: string): string[] => {
  const words = line.match(/'(?:[^']|'\\'')*'|\S+/g) ?? [];
  const plain = words.map((word) => (word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word));
  return plain.slice(plain.indexOf('--') + 1);
};

const payloadIn = (input: string): Payload =>
  Object.fromEntries(
    [...input.matchAll(/^(PAYLOAD_[A-Z0-9_]+)='?([^']*?)'?$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
