import { createHmac } from 'node:crypto';
import type { Secret } from '../crypto/secret.ts';

const PREFIX = 'whsec_';

/**
 * The header `webhook-signature` of Standard Webhooks: for each secret `v1,` and the base64 of HMAC-SHA256 over
 * `id.timestamp.body`, separated by blanks. While a secret is being replaced, the old and the new one both sign.
 * @param secrets `whsec_` and base64 each, the newest first
 * @param timestamp seconds since 1970
 */
export const signatures = (secrets: readonly Secret[], id: string, timestamp: number, body: string): string =>
  secrets.map((secret) => `v1,${mac(secret, `${id}.${timestamp}.${body}`)}`).join(' ');

const mac = (secret: Secret, content: string): string => {
  const key = Buffer.from(secret.reveal().slice(PREFIX.length), 'base64');
  return createHmac('sha256', key).update(content, 'utf8').digest('base64');
};
