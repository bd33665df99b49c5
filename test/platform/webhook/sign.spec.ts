import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { randomWebhookSecret } from '../../../src/platform/crypto/random.ts';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { signatures } from '../../../src/platform/webhook/sign.ts';

describe('signatures of Standard Webhooks', () => {
  afterEach(() => void vi.useRealTimers());

  /** The verifier that the specification's authors publish; it refuses what is older than five minutes. */
  const verifies = (secret: Secret, id: string, timestamp: number, body: string, signature: string): boolean => {
    vi.useFakeTimers({ toFake: ['Date'], now: timestamp * 1_000 });
    const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
    try {
      new Webhook(secret.reveal()).verify(body, headers);
      return true;
    } catch {
      return false;
    }
  };

  it('are what the specification’s own example has', () => {
    const secret = new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const body = '{"test": 2432232314}';
    expect(signatures([secret], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, body)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('are taken by an independent verifier, for bodies of any characters', () => {
    for (const body of ['{}', '{"name":"Müller & Söhne 🗳"}', '{"a":"\\u0000"}']) {
      const secret = randomWebhookSecret();
      expect(verifies(secret, 'id', 1_790_000_000, body, signatures([secret], 'id', 1_790_000_000, body))).toBe(true);
    }
  });

  it('are refused when one thing differs', () => {
    const secret = randomWebhookSecret();
    const signed = signatures([secret], 'id', 1_790_000_000, '{}');
    expect(verifies(secret, 'id', 1_790_000_000, '{} ', signed)).toBe(false);
    expect(verifies(secret, 'other', 1_790_000_000, '{}', signed)).toBe(false);
    expect(verifies(secret, 'id', 1_790_000_001, '{}', signed)).toBe(false);
    expect(verifies(randomWebhookSecret(), 'id', 1_790_000_000, '{}', signed)).toBe(false);
  });

  it('are two while a secret is being replaced, and either secret’s holder takes them', () => {
    const [fresh, old] = [randomWebhookSecret(), randomWebhookSecret()];
    const signed = signatures([fresh, old], 'id', 1_790_000_000, '{}');
    expect(signed).toMatch(/^v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=$/);
    for (const secret of [fresh, old]) expect(verifies(secret, 'id', 1_790_000_000, '{}', signed)).toBe(true);
  });

  it('are made with 256 random bits, within the 24 to 64 bytes of the specification', () => {
    const secret = randomWebhookSecret().reveal();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
    expect(secret).not.toBe(randomWebhookSecret().reveal());
  });
});
