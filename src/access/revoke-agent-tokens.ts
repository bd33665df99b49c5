import { Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Actor } from '../core/audit/actor.ts';
import type { Transaction } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { AgentTokensStore } from './agent-tokens.store.ts';
import type { AgentToken } from './agent-token.entity.ts';

/** Ends the access of agents at once: the next report that shows such a token is refused. */
@Injectable()
export class RevokeAgentTokens {
  constructor(
    private readonly tokens: AgentTokensStore,
    private readonly audit: AuditStore,
  ) {}

  async ofCluster(tx: Transaction, actor: Actor, clusterId: string): Promise<void> {
    for (const token of await this.tokens.ofCluster(tx, EVERYTHING, clusterId)) await this.revoke(tx, actor, token);
  }

  async ofNode(tx: Transaction, actor: Actor, nodeId: string): Promise<void> {
    const token = await this.tokens.ofNode(tx, EVERYTHING, nodeId);
    if (token) await this.revoke(tx, actor, token);
  }

  private async revoke(tx: Transaction, actor: Actor, token: AgentToken): Promise<void> {
    const { id: tokenId, clusterId, nodeId, customerId } = token;
    await this.tokens.delete(tx, tokenId);
    await this.audit.record(tx, actor, customerId, {
      kind: 'agent-token.revoked',
      data: { tokenId, clusterId, nodeId },
    });
  }
}
