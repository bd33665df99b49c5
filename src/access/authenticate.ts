import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { hashToken, matchesTokenHash } from '../platform/crypto/token-hash.ts';
import { Database } from '../platform/database/database.ts';
import { forbidden, unauthorized } from '../platform/http/problem.ts';
import { AuthenticateAgent } from './authenticate-agent.ts';
import { TokenUse } from './token-use.ts';
import type { Token } from './token.entity.ts';
import { TokensStore } from './tokens.store.ts';

/** RFC 6750, section 2.1; the scheme's name in any case (RFC 9110, section 11.1). */
const BEARER = /^bearer +(?<token>[\x21-\x7e]{1,4096})$/i;

/** @returns the token in a request's `Authorization` header; undefined without one */
export const tokenIn = (authorization: string | undefined): string | undefined =>
  BEARER.exec(authorization ?? '')?.groups?.token;

/** Finds out whose token a request shows. */
@Injectable()
export class Authenticate {
  constructor(
    private readonly database: Database,
    private readonly tokens: TokensStore,
    private readonly use: TokenUse,
    private readonly agents: AuthenticateAgent,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param authorization the request's `Authorization` header
   * @throws a 401 problem: `unauthorized` without a token, `token_invalid`, `token_expired`; a 403 problem for the token of
   * an agent, which opens one route only
   */
  async run(authorization: string | undefined): Promise<Token> {
    const shown = tokenIn(authorization);
    if (shown === undefined) throw unauthorized('unauthorized', 'Send a token: Authorization: Bearer ump_…');
    const token = await this.tokens.findByHash(this.database.read, hashToken(shown));
    // An index finds a hash in a time that depends on it, so the last word has a comparison that does not.
    if (!token || !matchesTokenHash(shown, token.secretHash)) {
      if (await this.agents.run(shown))
        throw forbidden('agent_token', 'The token of an agent only brings its reports.');
      throw unauthorized('token_invalid', 'This token is not known here, or it was revoked.');
    }
    if (token.expiresAt !== null && token.expiresAt <= this.clock.now()) {
      throw unauthorized('token_expired', 'This token has expired: ask for a new one.');
    }
    this.use.note(token);
    return token;
  }
}
