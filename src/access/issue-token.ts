import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { error } from '../core/finding.ts';
import { parseInstant, type Clock, type Instant } from '../core/time.ts';
import { CustomersStore } from '../customers/customers.store.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import type { Secret } from '../platform/crypto/secret.ts';
import { Database } from '../platform/database/database.ts';
import { ownerFor, type Caller } from '../platform/http/caller.ts';
import { badRequest, forbidden, notFound } from '../platform/http/problem.ts';
import { cannotGrant } from './permission.ts';
import { mintToken } from './token-text.ts';
import type { Token } from './token.entity.ts';
import type { NewToken } from './tokens.schema.ts';
import { TokensStore } from './tokens.store.ts';

export interface IssuedToken {
  readonly token: Token;
  /** Told to whoever asked, once. */
  readonly text: Secret;
}

@Injectable()
export class IssueToken {
  constructor(
    private readonly database: Database,
    private readonly tokens: TokensStore,
    private readonly customers: CustomersStore,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws a problem: `scope_not_yours`, `invalid_request` for an end in the past, or no such customer for the caller */
  async run(caller: Caller, asked: NewToken): Promise<IssuedToken> {
    demandOwnScopes(caller, asked);
    const now = this.clock.now();
    const expiresAt = endOf(asked, now);
    const customerId = ownerFor(caller, asked.customerId);
    const { id, text, hash } = mintToken();
    const { name, scopes } = asked;
    const token: Token = {
      ...{ id, name, scopes, customerId, expiresAt, secretHash: hash },
      ...{ origin: 'issued', lastUsedAt: null, version: 1, createdAt: now },
    };
    await this.database.write(async (tx) => {
      if (customerId !== null && !(await this.customers.find(tx, caller.scope, customerId))) throw notFound('customer');
      await this.tokens.insert(tx, token);
      const data = { tokenId: id, name, scopes, expiresAt: asked.expiresAt ?? null };
      await this.audit.record(tx, caller.actor, customerId, { kind: 'token.created', data });
    });
    return { token, text };
  }
}

const demandOwnScopes = (caller: Caller, { scopes }: NewToken): void => {
  const lacking = cannotGrant(caller.scopes, scopes);
  if (lacking.length === 0) return;
  throw forbidden('scope_not_yours', `Your token cannot hand on what it lacks: ${lacking.join(', ')}.`);
};

const endOf = ({ expiresAt }: NewToken, now: Instant): Instant | null => {
  if (expiresAt === undefined) return null;
  const end = parseInstant(expiresAt);
  if (end !== null && end > now) return end;
  const message = 'expiresAt: must lie in the future';
  throw badRequest('invalid_request', message, [error('invalid_field', 'expiresAt', message)]);
};
