import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Actor } from '../core/audit/actor.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { AgentTokensStore } from './agent-tokens.store.ts';
import type { AgentToken } from './agent-token.entity.ts';
import type { MintedToken } from './token-text.ts';

@Injectable()
export class GrantAgentToken {
  constructor(
    private readonly database: Database,
    private readonly tokens: AgentTokensStore,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Has a token that lies on a node already count from now on, in the place of the one before it.
   * @param before the token of the node when the work began, or null: when it is another one by now, somebody else has
   *   been here meanwhile, and theirs stands
   * @throws Error when somebody else has been here meanwhile
   */
  async run(
    actor: Actor,
    node: Pick<AgentToken, 'nodeId' | 'clusterId' | 'customerId'>,
    { id, hash }: MintedToken,
    before: AgentToken | null,
  ): Promise<void> {
    await this.database.write(async (tx) => {
      const standing = await this.tokens.ofNode(tx, EVERYTHING, node.nodeId);
      if (standing?.id !== before?.id) throw new Error(`another token was granted to node ${node.nodeId} meanwhile`);
      if (standing) await this.tokens.delete(tx, standing.id);
      const { nodeId, clusterId, customerId } = node;
      await this.tokens.insert(tx, {
        ...{ id, nodeId, clusterId, customerId },
        ...{ secretHash: hash, sequence: 0, reportedAt: null, createdAt: this.clock.now() },
      });
      await this.audit.record(tx, actor, customerId, {
        kind: 'agent-token.created',
        data: { tokenId: id, clusterId, nodeId },
      });
    });
  }
}
