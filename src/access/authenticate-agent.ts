import { Injectable } from '@nestjs/common';
import { hashToken, matchesTokenHash } from '../platform/crypto/token-hash.ts';
import { Database } from '../platform/database/database.ts';
import type { Agent } from '../platform/http/agent.ts';
import { AgentTokensStore } from './agent-tokens.store.ts';

/** More agents than one installation is made for; beyond that the memory begins anew. */
const REMEMBERED = 50_000;

/**
 * Finds out which node's agent shows a token. What a token is for never changes, so it is remembered; whether it still
 * stands is not asked here but by `AgentTokensStore.advance`, in the transaction of the report itself. So one that is
 * revoked is refused at once, in every process, and nobody has to be told.
 */
@Injectable()
export class AuthenticateAgent {
  private readonly known = new Map<string, Agent>();

  constructor(
    private readonly database: Database,
    private readonly tokens: AgentTokensStore,
  ) {}

  /** @returns null for whatever is no agent's token */
  async run(shown: string): Promise<Agent | null> {
    const hash = hashToken(shown);
    return this.known.get(hash) ?? (await this.find(shown, hash));
  }

  /** The token of this agent was refused: the next one to show it is looked up. */
  forget({ tokenId }: Agent): void {
    for (const [hash, agent] of this.known) if (agent.tokenId === tokenId) this.known.delete(hash);
  }

  private async find(shown: string, hash: string): Promise<Agent | null> {
    const token = await this.tokens.findByHash(this.database.read, hash);
    if (!token || !matchesTokenHash(shown, token.secretHash)) return null;
    const { id: tokenId, nodeId, clusterId, customerId } = token;
    const agent = { tokenId, nodeId, clusterId, customerId };
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(hash, agent);
    return agent;
  }
}
