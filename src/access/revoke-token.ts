import { Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { demandMatch } from '../platform/http/etag.ts';
import { notFound } from '../platform/http/problem.ts';
import { TokensStore } from './tokens.store.ts';

@Injectable()
export class RevokeToken {
  constructor(
    private readonly database: Database,
    private readonly tokens: TokensStore,
    private readonly audit: AuditStore,
  ) {}

  /** Ends a token at once: the next request that shows it is refused. */
  async run(caller: Caller, id: string, ifMatch: string | undefined): Promise<void> {
    await this.database.write(async (tx) => {
      const token = await this.tokens.find(tx, caller.scope, id);
      if (!token) throw notFound('token');
      demandMatch(ifMatch, token.version);
      if (!(await this.tokens.delete(tx, id, token.version))) throw notFound('token');
      await this.audit.record(tx, caller.actor, token.customerId, {
        kind: 'token.revoked',
        data: { tokenId: id, name: token.name },
      });
    });
  }
}
