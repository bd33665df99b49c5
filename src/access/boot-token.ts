import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { THE_SERVICE } from '../core/audit/actor.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Secret } from '../platform/crypto/secret.ts';
import { hashToken } from '../platform/crypto/token-hash.ts';
import { isUniqueViolation } from '../platform/database/constraint.ts';
import { Database, type Transaction } from '../platform/database/database.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { mintToken, type MintedToken } from './token-text.ts';
import type { Token } from './token.entity.ts';
import { TokensStore } from './tokens.store.ts';

/** Sees to it that there is a first admin token. */
@Injectable()
export class BootToken {
  constructor(
    private readonly database: Database,
    private readonly tokens: TokensStore,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param configured `UMPIRE_ADMIN_TOKEN`: it becomes the boot token and the one before it ends; or null: the boot token
   *   that stands goes on, and where there is none one is made
   * @returns the token that was made, to be shown once; null when none was
   */
  async ensure(configured: string | null): Promise<Secret | null> {
    const attempt = () => this.attempt(configured);
    return attempt().catch((thrown: unknown) => {
      // Another process of ours started at the same time and put the same token down.
      if (!isUniqueViolation(thrown)) throw thrown;
      return attempt();
    });
  }

  private attempt(configured: string | null): Promise<Secret | null> {
    return this.database.write(async (tx) => {
      const standing = await this.tokens.bootTokens(tx);
      if (configured === null) return standing.length > 0 ? null : this.put(tx, mintToken());
      const hash = hashToken(configured);
      const outdated = standing.filter((token) => token.secretHash !== hash);
      for (const token of outdated) await this.end(tx, token);
      if (outdated.length === standing.length) {
        await this.put(tx, { id: randomUUIDv7(), text: new Secret(configured), hash });
      }
      return null;
    });
  }

  private async put(tx: Transaction, { id, text, hash }: MintedToken): Promise<Secret> {
    const token: Token = {
      ...{ id, name: 'boot', scopes: ['admin'], customerId: null, expiresAt: null, secretHash: hash },
      ...{ origin: 'boot', lastUsedAt: null, version: 1, createdAt: this.clock.now() },
    };
    await this.tokens.insert(tx, token);
    const data = { tokenId: id, name: token.name, scopes: token.scopes, expiresAt: null };
    await this.audit.record(tx, THE_SERVICE, null, { kind: 'token.created', data });
    return text;
  }

  private async end(tx: Transaction, { id, name, version }: Token): Promise<void> {
    await this.tokens.delete(tx, id, version);
    await this.audit.record(tx, THE_SERVICE, null, { kind: 'token.revoked', data: { tokenId: id, name } });
  }
}
