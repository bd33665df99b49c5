import ssh2, { type Client as Ssh2Client, type ConnectConfig, type ServerHostKeyAlgorithm } from 'ssh2';
import type { HostAddress } from '../../core/names.ts';
import { algorithms } from './algorithms.ts';
import { within, type Limits } from './deadline.ts';
import { offeredHostKey, type OfferedHostKey } from './host-key.ts';
import { excerpt } from './quoting.ts';
import { SshFailure, type SshFailureCode } from './ssh-failure.ts';

/** A dead peer is found after `KEEPALIVE_MS` × (`KEEPALIVE_MISSES` + 1), and earlier by the command's own deadline. */
const KEEPALIVE_MS = 5_000;
const KEEPALIVE_MISSES = 2;

const IDENT = 'umpire';

/** What ssh2 tells of an error beside its message. */
interface Ssh2Error extends Error {
  readonly level?: string;
  readonly code?: string | number;
}

const BY_ERRNO: Readonly<Record<string, SshFailureCode>> = {
  ECONNREFUSED: 'ssh_connection_refused',
  ETIMEDOUT: 'ssh_connect_timeout',
  EHOSTUNREACH: 'ssh_unreachable',
  EHOSTDOWN: 'ssh_unreachable',
  ENETUNREACH: 'ssh_unreachable',
  ENETDOWN: 'ssh_unreachable',
  EADDRNOTAVAIL: 'ssh_unreachable',
  EACCES: 'ssh_unreachable',
  EPERM: 'ssh_unreachable',
  ENOTFOUND: 'ssh_unreachable',
  EAI_AGAIN: 'ssh_unreachable',
};

/** A parser that stumbled throws without a level; a farewell of the host carries its reason as a number (RFC 4253, 11.1). */
const codeOf = ({ level, code, message }: Ssh2Error): SshFailureCode => {
  if (level === 'client-authentication') return 'ssh_authentication_failed';
  if (level === 'client-socket') return BY_ERRNO[`${code}`] ?? 'ssh_connection_lost';
  if (typeof code === 'number' || message === 'Connection lost before handshake') return 'ssh_connection_lost';
  return 'ssh_protocol_error';
};

const failureOf = (host: HostAddress, cause: Ssh2Error): SshFailure =>
  new SshFailure(codeOf(cause), host, { reason: excerpt(cause.message) });

export interface Dial {
  readonly address: HostAddress;
  readonly port: number;
  readonly hostKeys: readonly ServerHostKeyAlgorithm[];
  readonly authentication: Pick<ConnectConfig, 'username' | 'authHandler'>;
  /** Decides on the offered key, again at every new key exchange. Only true lets the handshake go on. */
  accepts(offered: OfferedHostKey): boolean;
}

/**
 * Dials and logs in.
 * @returns the driver's client, ready for commands; whoever takes it must listen for its `error` and `close`.
 * @throws SshFailure; the socket is then destroyed.
 */
export const handshake = async (dial: Dial, limits: Limits): Promise<Ssh2Client> => {
  const client = new ssh2.Client();
  // Never without a listener: an `error` nobody listens to would end the process.
  client.on('error', () => undefined);
  try {
    await within(limits, dialEndings(dial.address), () => untilReady(client, dial));
    return client;
  } catch (cause) {
    client.destroy();
    throw cause;
  }
};

const dialEndings = (host: HostAddress) => ({
  timedOut: () => new SshFailure('ssh_connect_timeout', host),
  aborted: () => new SshFailure('ssh_aborted', host),
});

const untilReady = (client: Ssh2Client, dial: Dial): Promise<void> =>
  new Promise((resolve, reject) => {
    client
      // Without this, Nagle's algorithm holds small packets back for an acknowledgement that comes 40 ms later.
      .once('connect', () => client.setNoDelay(true))
      .once('ready', () => resolve())
      .once('error', (cause) => reject(failureOf(dial.address, cause)))
      .once('close', () => reject(new SshFailure('ssh_connection_lost', dial.address)))
      .connect({
        host: dial.address,
        port: dial.port,
        ident: IDENT,
        ...dial.authentication,
        algorithms: algorithms(dial.hostKeys),
        hostVerifier: (blob: Buffer) => dial.accepts(offeredHostKey(blob)),
        // One deadline stands above all of it, in `within`.
        readyTimeout: 0,
        keepaliveInterval: KEEPALIVE_MS,
        keepaliveCountMax: KEEPALIVE_MISSES,
      });
  });
