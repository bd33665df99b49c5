import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import ssh2, { type Connection, type ServerChannel, type ServerConfig } from 'ssh2';
import { userName, type HostAddress } from '../../../src/core/names.ts';
import type { Secret } from '../../../src/platform/crypto/secret.ts';
import { offeredHostKey } from '../../../src/platform/ssh/host-key.ts';
import type { SshTarget } from '../../../src/platform/ssh/ssh.ts';
import { generateSshKey } from '../../../src/platform/crypto/ssh-keys.ts';
import { parsedPrivateKey } from '../../../src/platform/ssh/user-key.ts';
import { LOOPBACK, valid } from './sshd.ts';

/** What the server does with a command, of this line, once it has let the client in. */
export type Misdeed = (channel: ServerChannel, line: string) => void;

export interface Malice {
  /** Answer to every command; without it commands are never answered at all. */
  readonly onCommand?: Misdeed;
  /** Answer to every new login. */
  readonly onLogin?: (connection: Connection) => void;
  /** Refuses to let anybody in. */
  readonly refusesLogin?: boolean;
  /** Lets every login, or every command, hang without an answer; the connection itself stays alive. */
  readonly leavesWaiting?: 'login' | 'command';
  /** More of ssh2's server settings, such as a banner or other host keys. */
  readonly settings?: Partial<ServerConfig>;
}

interface Seen {
  readonly inbound: string[];
  readonly lines: string[];
  readonly sockets: Set<Socket>;
}

/** An SSH server that completes the handshake properly and then does its worst. */
export class HostileServer implements AsyncDisposable {
  readonly target: SshTarget;
  /** The host key as it goes over the wire. */
  readonly publicHostKey: Buffer;
  readonly #server: TcpServer;
  readonly #seen: Seen;

  private constructor(server: TcpServer, target: SshTarget, publicHostKey: Buffer, seen: Seen) {
    this.#server = server;
    this.publicHostKey = publicHostKey;
    this.#seen = seen;
    this.target = target;
  }

  /** @param address one of the loopback's */
  static async start(malice: Malice, address: HostAddress = LOOPBACK): Promise<HostileServer> {
    const seen: Seen = { inbound: [], lines: [], sockets: new Set() };
    const hostKey = (await generateSshKey('test')).privateKey;
    const debug = (text: string): void => {
      if (text.includes('Inbound: ')) seen.inbound.push(text);
    };
    const settings = { hostKeys: [hostKey.reveal()], debug, ...malice.settings };
    // ssh2 wraps a net.Server that it does not show; so the sockets come from a server of our own.
    const protocol = new ssh2.Server(settings, (connection) => serve(connection, malice, seen));
    const server = createServer((socket) => {
      seen.sockets.add(socket);
      socket.setNoDelay(true);
      protocol.injectSocket(socket);
    });
    const publicHostKey = publicKeyOf(hostKey);
    const target: SshTarget = {
      address,
      port: await listen(server, address),
      user: valid(userName('root')),
      privateKey: (await generateSshKey('test')).privateKey,
      hostKey: offeredHostKey(publicHostKey).fingerprint,
    };
    return new HostileServer(server, target, publicHostKey, seen);
  }

  /** The messages that came in, as ssh2 names them. */
  get inbound(): readonly string[] {
    return this.#seen.inbound;
  }

  /** The command lines that came in. */
  get lines(): readonly string[] {
    return this.#seen.lines;
  }

  /** Whether a single message of the service or authentication protocol (RFC 4252) arrived. */
  get sawAuthentication(): boolean {
    return this.inbound.some((message) => /SERVICE_REQUEST|USERAUTH/.test(message));
  }

  /** Whether everybody who came has gone again, so that nothing more can arrive. */
  get isDeserted(): boolean {
    return [...this.#seen.sockets].every((socket) => socket.closed);
  }

  /** From now on nothing is read and nothing is said, as when a cable is pulled. */
  fallSilent(): void {
    for (const socket of this.#seen.sockets)
      socket
        .pause()
        .removeAllListeners()
        .on('error', () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#seen.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const publicKeyOf = (privateKey: Secret): Buffer => {
  const key = parsedPrivateKey(privateKey);
  if (key === undefined) throw new Error('not a private key');
  return key.getPublicSSH();
};

const serve = (connection: Connection, malice: Malice, seen: Seen): void => {
  connection.on('error', () => undefined);
  connection.on('authentication', (attempt) => {
    if (malice.leavesWaiting === 'login') return;
    if (malice.refusesLogin) attempt.reject();
    else attempt.accept();
  });
  connection.on('ready', () => malice.onLogin?.(connection));
  connection.on('session', (accept) =>
    accept().on('exec', (acceptExec, _refuse, { command }) => {
      seen.lines.push(command);
      if (malice.leavesWaiting === 'command') return;
      const channel = acceptExec();
      channel.on('error', () => undefined);
      malice.onCommand?.(channel, command);
    }),
  );
};

const listen = async (server: TcpServer, address: HostAddress = LOOPBACK): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return (server.address() as AddressInfo).port;
};

/** Writes for as long as the other side takes it. */
export const flood = (stream: NodeJS.WritableStream): void => {
  const chunk = Buffer.alloc(32_768, 'x');
  const more = (): void => void stream.write(chunk, () => setImmediate(more));
  more();
};

/** A TCP service that is no SSH server at all: it does with the socket what it is told. */
export class StrangeListener implements AsyncDisposable {
  readonly port: number;
  readonly received: Buffer[];
  readonly #server: TcpServer;
  readonly #sockets: Set<Socket>;

  private constructor(server: TcpServer, port: number, sockets: Set<Socket>, received: Buffer[]) {
    this.#server = server;
    this.port = port;
    this.#sockets = sockets;
    this.received = received;
  }

  static async start(onSocket: (socket: Socket) => void): Promise<StrangeListener> {
    const sockets = new Set<Socket>();
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => received.push(chunk));
      onSocket(socket);
    });
    return new StrangeListener(server, await listen(server), sockets, received);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
