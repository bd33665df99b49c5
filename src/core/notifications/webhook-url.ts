import { error, fail, succeed, type Finding, type Result } from '../finding.ts';

/** Where a webhook goes, as a URL parser reads it: numbers in any form have become addresses, names are lower-case ASCII. */
export interface WebhookUrl {
  readonly href: string;
  readonly isTls: boolean;
  /** A DNS name, an IPv4 address, or an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
}

const MOST_CHARACTERS = 2_000;

/** Below these stand services that are no web servers; what listens above was put there on purpose. */
const FIRST_FREE_PORT = 1_024;
const WEB_PORTS = [80, 443];

const refuse = (message: string): { readonly ok: false; readonly findings: readonly Finding[] } =>
  fail(error('invalid_webhook_url', 'url', message));

/**
 * Reads a webhook's URL. Whether its host may be reached is another question: its addresses say so (`platform/webhook`).
 * @returns `invalid_webhook_url` with the reason, which repeats nothing of the URL
 */
export const webhookUrl = (text: string): Result<WebhookUrl> => {
  // The URL parser would drop blanks and control characters without a word: what is stored is what was meant.
  if (text.length > MOST_CHARACTERS || /[\u0000-\u0020\u007f\\]/u.test(text) || !URL.canParse(text)) {
    return refuse(`A webhook's URL is one of at most ${MOST_CHARACTERS} characters, without blanks.`);
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('A webhook’s URL begins with https://.');
  if (url.username !== '' || url.password !== '') {
    return refuse('Leave the user name and the password out: the signature proves who sends.');
  }
  if (url.hash !== '') return refuse('Leave out what follows "#": it is never sent.');
  const isTls = url.protocol === 'https:';
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  if (port < FIRST_FREE_PORT && !WEB_PORTS.includes(port)) {
    return refuse(`Use port 443, 80 or one from ${FIRST_FREE_PORT} on.`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return host === '' ? refuse('The URL names no host.') : succeed({ href: url.href, isTls, host, port });
};
