import ssh2, { type Client as Ssh2Client, type ServerHostKeyAlgorithm } from 'ssh2';
import type { HostAddress } from '../../core/names.ts';
import type { Clock } from '../../core/time.ts';
import { ALL_HOST_KEYS, otherHostKeys } from './algorithms.ts';
import type { Limits } from './deadline.ts';
import { handshake } from './handshake.ts';
import type { OfferedHostKey } from './host-key.ts';
import { Ssh2Connection } from './ssh2-connection.ts';
import { SshFailure } from './ssh-failure.ts';
import type { ConnectOptions, DialOptions, Ssh, SshConnection, SshTarget } from './ssh.ts';
import { parsedPrivateKey } from './user-key.ts';

/** SSH by the ssh2 library, which accepts any host key unless it is told otherwise: here it always is. */
export class Ssh2Connector implements Ssh {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async connect(target: SshTarget, options: ConnectOptions): Promise<SshConnection> {
    const client = await logIn(target, options);
    const { onCommand, secrets = [] } = options;
    return new Ssh2Connection(client, target, {
      clock: this.#clock,
      onCommand,
      secrets: [target.privateKey, ...secrets],
    });
  }

  async readHostKey(address: HostAddress, port: number, options: DialOptions): Promise<OfferedHostKey> {
    let seen: OfferedHostKey | undefined;
    const accepts = (offered: OfferedHostKey): boolean => {
      seen = offered;
      return false;
    };
    const dial = { address, port, hostKeys: ALL_HOST_KEYS, authentication: NO_AUTHENTICATION, accepts };
    const failure = await handshake(dial, limitsOf(options)).then(hangUp, (cause: unknown) => cause);
    if (seen !== undefined) return seen;
    throw failure;
  }
}

/** ssh2 demands a name, and would try the method `none` with it if the handshake ever came so far. */
const NO_AUTHENTICATION = { username: 'nobody', authHandler: [] };

const limitsOf = ({ deadlineMs, signal }: DialOptions): Limits => ({ timeoutMs: deadlineMs, signal });

/** A handshake whose key was refused cannot succeed; should it ever, the line is cut before anything is said. */
const hangUp = (client: Ssh2Client): never => {
  client.destroy();
  throw new Error('the handshake went on after the host key was refused');
};

/**
 * A host may hold keys of several types and shows only the one that both sides prefer, while the pinned one is another.
 * So after a mismatch each other type is asked for in turn; every attempt still ends before authentication unless the
 * key is the pinned one.
 */
const logIn = async (target: SshTarget, options: ConnectOptions): Promise<Ssh2Client> => {
  const begun = performance.now();
  const rest = (): Limits => ({
    timeoutMs: Math.max(0, options.deadlineMs - (performance.now() - begun)),
    signal: options.signal,
  });
  const first = await attempt(target, ALL_HOST_KEYS, rest());
  if (first instanceof ssh2.Client) return first;
  for (const family of otherHostKeys(first.keyType)) {
    const next = await attempt(target, family, rest()).catch(unlessNotOffered);
    if (next instanceof ssh2.Client) return next;
  }
  throw new SshFailure('host_key_mismatch', target.address, {
    pinned: target.hostKey,
    offered: first.fingerprint,
    keyType: first.keyType,
  });
};

/** A host without a key of the type asked for ends the negotiation. */
const unlessNotOffered = (cause: unknown): undefined => {
  if (cause instanceof SshFailure && cause.code === 'ssh_protocol_error') return undefined;
  throw cause;
};

/** Logs in, or returns the key that the host showed instead of the pinned one. */
const attempt = async (
  target: SshTarget,
  hostKeys: readonly ServerHostKeyAlgorithm[],
  limits: Limits,
): Promise<Ssh2Client | OfferedHostKey> => {
  let stranger: OfferedHostKey | undefined;
  const accepts = (offered: OfferedHostKey): boolean => {
    if (offered.fingerprint === target.hostKey) return true;
    stranger = offered;
    return false;
  };
  const dial = { address: target.address, port: target.port, hostKeys, authentication: byPublicKey(target), accepts };
  try {
    return await handshake(dial, limits);
  } catch (cause) {
    if (stranger !== undefined) return stranger;
    throw cause;
  }
};

/** Only the public key method: no password, no agent, and no `none` that would cost a round trip. */
const byPublicKey = ({ address, user, privateKey }: SshTarget) => {
  const key = parsedPrivateKey(privateKey);
  if (key === undefined) {
    throw new SshFailure('ssh_authentication_failed', address, { reason: 'the private key cannot be read' });
  }
  return { username: user, authHandler: [{ type: 'publickey' as const, username: user, key }] };
};
