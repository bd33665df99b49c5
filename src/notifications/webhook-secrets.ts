import { Inject, Injectable } from '@nestjs/common';
import { succeed, type Result } from '../core/finding.ts';
import { HOUR_MS, plus, type Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Keyring } from '../platform/crypto/kek.ts';
import { seal, unseal, type Place } from '../platform/crypto/sealing.ts';
import type { Secret } from '../platform/crypto/secret.ts';
import type { Webhook } from './webhook.entity.ts';

type SecretColumns = Pick<Webhook, 'sealedSecret' | 'sealedOldSecret' | 'oldSecretUntil'>;

/** Seals the secrets that sign webhooks, and opens them for the moment of signing. */
@Injectable()
export class WebhookSecrets {
  constructor(
    private readonly keyring: Keyring,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The columns of a webhook with its first secret. */
  first(id: string, secret: Secret): SecretColumns {
    return { sealedSecret: seal(secret, secretPlace(id), this.keyring), sealedOldSecret: null, oldSecretUntil: null };
  }

  /**
   * The columns of a webhook with a new secret; the one that signed so far goes on beside it for so many hours.
   * @returns why the secret that stands cannot be opened, when it has to be
   */
  replaced(webhook: Webhook, secret: Secret, overlapHours: number): Result<SecretColumns> {
    const { id } = webhook;
    if (overlapHours === 0) return succeed(this.first(id, secret));
    const before = unseal(webhook.sealedSecret, secretPlace(id), this.keyring);
    if (!before.ok) return before;
    return succeed({
      sealedSecret: seal(secret, secretPlace(id), this.keyring),
      sealedOldSecret: seal(before.value, oldSecretPlace(id), this.keyring),
      oldSecretUntil: plus(this.clock.now(), overlapHours * HOUR_MS),
    });
  }

  /** Those that sign now, the newest first. */
  signing({ id, sealedSecret, sealedOldSecret, oldSecretUntil }: Webhook): Result<readonly Secret[]> {
    const current = unseal(sealedSecret, secretPlace(id), this.keyring);
    if (!current.ok) return current;
    if (sealedOldSecret === null || oldSecretUntil === null || oldSecretUntil <= this.clock.now()) {
      return succeed([current.value]);
    }
    const old = unseal(sealedOldSecret, oldSecretPlace(id), this.keyring);
    return old.ok ? succeed([current.value, old.value]) : old;
  }
}

const secretPlace = (id: string): Place => ({ table: 'webhooks', column: 'sealed_secret', id });
const oldSecretPlace = (id: string): Place => ({ table: 'webhooks', column: 'sealed_old_secret', id });
