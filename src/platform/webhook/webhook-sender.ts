import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Secret } from '../crypto/secret.ts';
import { signatures } from './sign.ts';
import type { HostAddress, WebhookTarget } from './webhook-target.ts';

/** From the first packet to the last byte of the answer: Standard Webhooks recommends 15 to 30 s. */
const TIMEOUT_MS = 15_000;
/** So much of an answer is read and kept. */
const ANSWER_BYTES = 4_096;

export interface WebhookMessage {
  /** `webhook-id`: the same in every attempt, so that the receiver can tell a repetition. */
  readonly id: string;
  readonly body: string;
  readonly secrets: readonly Secret[];
  /** The moment of this attempt, in seconds since 1970. */
  readonly timestamp: number;
}

/** What came of it: an answer, or why there was none. */
export type WebhookAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly body: string;
      readonly retryAfter: string | undefined;
    }
  | { readonly kind: 'timeout' }
  /** Node's or OpenSSL's code, such as `ECONNREFUSED`. */
  | { readonly kind: 'unreached'; readonly code: string };

/** Sends webhooks. */
export class WebhookSender {
  readonly #timeoutMs: number;
  readonly #trusted: string | undefined;

  /** @param trusted certificates to trust instead of the machine's, in PEM: for tests */
  constructor(timeoutMs = TIMEOUT_MS, trusted?: string) {
    this.#timeoutMs = timeoutMs;
    this.#trusted = trusted;
  }

  /**
   * One POST on a connection of its own. It goes to the addresses of the target and nowhere else: no second look at the name,
   * no redirect, no proxy.
   * @param signal ends it early, as `timeout` does
   */
  send(target: WebhookTarget, message: WebhookMessage, signal: AbortSignal): Promise<WebhookAnswer> {
    const { promise, resolve } = Promise.withResolvers<WebhookAnswer>();
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]);
    const request = this.#open(target, message, deadline);
    let hasAnswer = false;
    request.on('response', (response) => {
      hasAnswer = true;
      void readAnswer(response).then(resolve);
    });
    request.on('error', (failure) => {
      if (!hasAnswer) resolve(deadline.aborted ? { kind: 'timeout' } : unreached(failure));
    });
    // A server that would rather speak another protocol (101) ends in neither of the two.
    request.on('close', () => {
      if (!hasAnswer) resolve({ kind: 'unreached', code: 'ECONNRESET' });
    });
    request.end(message.body);
    return promise;
  }

  #open({ url, addresses }: WebhookTarget, message: WebhookMessage, signal: AbortSignal): http.ClientRequest {
    const { id, body, secrets, timestamp } = message;
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Umpire-Webhooks',
      'accept-encoding': 'identity',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatures(secrets, id, timestamp, body),
    };
    const options = { method: 'POST', headers, signal, lookup: only(addresses), maxHeaderSize: 16_384 };
    // Agents of our own: the global one may have been told of a proxy by the environment.
    if (!url.isTls) return http.request(url.href, { ...options, agent: new http.Agent() });
    const agent = new https.Agent({ maxCachedSessions: 0 });
    return https.request(url.href, { ...options, agent, ...(this.#trusted ? { ca: this.#trusted } : {}) });
  }
}

/** Answers whoever asks for the name with the addresses that were looked at, whatever the name says by now. */
const only =
  (addresses: readonly HostAddress[]): LookupFunction =>
  (_host, { all }, answer) => {
    const [first] = addresses;
    if (all) answer(null, [...addresses]);
    else answer(null, first?.address ?? '', first?.family);
  };

/** The status is the answer: a body that ends badly, or not in time, is kept as far as it came. */
const readAnswer = async (response: http.IncomingMessage): Promise<WebhookAnswer> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part);
      bytes += part.length;
      if (bytes >= ANSWER_BYTES) break;
    }
  } catch {
    // What was read stands.
  }
  response.destroy();
  const body = Buffer.concat(parts).subarray(0, ANSWER_BYTES).toString('utf8');
  const { statusCode = 0, headers } = response;
  return { kind: 'answered', status: statusCode, body, retryAfter: headers['retry-after'] };
};

const unreached = (failure: Error): WebhookAnswer => ({
  kind: 'unreached',
  code: 'code' in failure && typeof failure.code === 'string' ? failure.code : 'UNKNOWN',
});
