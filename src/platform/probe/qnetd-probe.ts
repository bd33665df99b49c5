import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { error, fail, succeed, type Finding, type Result } from '../../core/finding.ts';
import type { ClusterName, HostAddress } from '../../core/names.ts';
import {
  echoRequestMessage,
  INIT_REQUIRED,
  parsePreinitReply,
  parseServerError,
  preinitMessage,
  startTlsMessage,
  type TlsMode,
} from '../../core/qnetd/probe.ts';
import type { Secret } from '../crypto/secret.ts';
import { receiveMessage } from './receive-message.ts';

export interface ProbeTarget {
  readonly host: HostAddress;
  readonly port: number;
}

/** A client certificate whose acceptance is to be proven. */
export interface ProbeIdentity {
  /** qnetd compares it to the certificate's CN. */
  readonly clusterName: ClusterName;
  readonly certificatePem: string;
  readonly privateKeyPem: Secret;
}

export interface ProbeOptions {
  /** For everything together, name resolution included; 4 seconds unless told otherwise. */
  readonly deadlineMs?: number;
  readonly identity?: ProbeIdentity;
}

/** What a qnetd shows to somebody who does not join it. */
export interface QnetdProbe {
  readonly tls: TlsMode;
  readonly clientCertificateRequired: boolean;
  /** qnetd's own certificate in DER, not verified: hold it against the instance's CA. Null when TLS is off. */
  readonly certificate: Uint8Array | null;
  /** Whether qnetd took the client certificate for its cluster; null when none was shown, or when qnetd asks for none. */
  readonly identityAccepted: boolean | null;
}

const DEADLINE_MS = 4_000;

/** No cluster can be called so: a ClusterName begins with a letter or a digit. */
const PROBE_NAME = '__probe__';

/**
 * Asks a qnetd for its TLS mode and its certificate: PREINIT, STARTTLS and a handshake without a client certificate,
 * unless one is to be tried. It never sends INIT, so qnetd makes no cluster and counts no vote of it; qnetd logs one
 * error line for a handshake without a certificate. The connection is always closed before this returns.
 * @returns what was seen; or one finding: `qnetd_timeout`, `qnetd_refused`, `qnetd_unreachable`, `qnetd_closed`,
 *   `qnetd_error`, `not_qnetd`, `qnetd_tls_failed`
 */
export const probeQnetd = async (
  target: ProbeTarget,
  { deadlineMs = DEADLINE_MS, identity }: ProbeOptions = {},
): Promise<Result<QnetdProbe>> => {
  const deadline = AbortSignal.timeout(deadlineMs);
  const isOver = once(deadline, 'abort').then(() => fail(timedOut(target, deadlineMs)));
  const socket = new Socket();
  // An error after the last answer, while closing, is nobody's business.
  socket.on('error', () => undefined);
  try {
    return await Promise.race([isOver, converse(socket, target, identity)]);
  } catch (thrown) {
    return fail(transportFailure(thrown, target));
  } finally {
    if (deadline.aborted) socket.destroy();
    else socket.destroySoon();
  }
};

const converse = async (
  socket: Socket,
  { host, port }: ProbeTarget,
  identity: ProbeIdentity | undefined,
): Promise<Result<QnetdProbe>> => {
  socket.connect({ host, port });
  await once(socket, 'connect');
  const answer = await ask(socket, preinitMessage(1, identity?.clusterName ?? PROBE_NAME));
  const reply = answer.ok ? parsePreinitReply(answer.value, 1) : answer;
  if (!reply.ok) return reply;
  if (reply.value.tls === 'off') return succeed({ ...reply.value, certificate: null, identityAccepted: null });
  socket.write(startTlsMessage(2));
  const { secure, certificate, isRefused } = await handshake(socket, identity);
  if (certificate === null) return fail(tlsFailed('It showed no certificate.'));
  const isTried = identity !== undefined && reply.value.clientCertificateRequired;
  const identityAccepted = isTried ? !isRefused && (await isAccepted(secure)) : null;
  return succeed({ ...reply.value, certificate, identityAccepted });
};

const ask = (stream: Duplex, question: Uint8Array): Promise<Result<Uint8Array>> => {
  const answer = receiveMessage(stream);
  stream.write(question);
  return answer;
};

interface Handshake {
  readonly secure: TLSSocket;
  readonly certificate: Uint8Array | null;
  /** With TLS 1.2 qnetd refuses a client within the handshake; with TLS 1.3 only afterwards. Its certificate came before. */
  readonly isRefused: boolean;
}

const handshake = async (socket: Socket, identity: ProbeIdentity | undefined): Promise<Handshake> => {
  const secure = connectTls({
    socket,
    // The certificate is what the probe is here to fetch; who asked for it judges it.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ...(identity === undefined ? {} : { cert: identity.certificatePem, key: identity.privateKeyPem.reveal() }),
  });
  const certificate = (): Uint8Array | null => secure.getPeerX509Certificate()?.raw ?? null;
  secure.on('error', () => undefined);
  try {
    await once(secure, 'secureConnect');
    return { secure, certificate: certificate(), isRefused: false };
  } catch (thrown) {
    if (certificate() === null) throw thrown;
    return { secure, certificate: certificate(), isRefused: true };
  }
};

/** A refused client is cut off; an accepted one is told that it has forgotten INIT. */
const isAccepted = async (secure: TLSSocket): Promise<boolean> => {
  try {
    const answer = await ask(secure, echoRequestMessage(3));
    const code = answer.ok ? parseServerError(answer.value, 3) : answer;
    return code.ok && code.value === INIT_REQUIRED;
  } catch {
    return false;
  }
};

const timedOut = ({ host, port }: ProbeTarget, deadlineMs: number): Finding =>
  error('qnetd_timeout', host, 'qnetd did not answer in time. Is the port open in every firewall between?', {
    port,
    deadlineMs,
  });

const tlsFailed = (why: string): Finding => error('qnetd_tls_failed', 'qnetd', `The TLS handshake failed. ${why}`);

const transportFailure = (thrown: unknown, { host, port }: ProbeTarget): Finding => {
  const cause = codeOf(thrown);
  if (cause === 'ECONNREFUSED') {
    return error('qnetd_refused', host, 'Nothing listens on this port. Is corosync-qnetd running?', { port });
  }
  if (cause === 'ConnectionClosed' || cause === 'ECONNRESET') {
    return error('qnetd_closed', host, 'The connection was closed before the probe had its answer.', { port });
  }
  return cause.startsWith('ERR_SSL') || cause.startsWith('ERR_TLS')
    ? tlsFailed(`OpenSSL reports ${cause}.`)
    : error('qnetd_unreachable', host, 'qnetd cannot be reached.', { port, cause });
};

const codeOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return 'unknown';
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.name;
};
