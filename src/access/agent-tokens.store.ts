import { Injectable } from '@nestjs/common';
import type { Instant } from '../core/time.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { changeRows } from '../platform/database/each-row.ts';
import { insertRows } from '../platform/database/rows.ts';
import { ownedBy, type Scope } from '../platform/database/scope.ts';
import { AgentToken } from './agent-token.entity.ts';

const ADVANCE = 'UPDATE agent_tokens SET sequence = ?, reported_at = ? WHERE id = ? AND sequence < ?';

@Injectable()
export class AgentTokensStore {
  /** Whose token this is. It has no scope, because nobody has one before the token is known. */
  findByHash(session: Session, secretHash: string): Promise<AgentToken | null> {
    return session.manager.findOneBy(AgentToken, { secretHash });
  }

  find(session: Session, scope: Scope, id: string): Promise<AgentToken | null> {
    return session.manager.findOneBy(AgentToken, { id, ...ownedBy(scope) });
  }

  ofNode(session: Session, scope: Scope, nodeId: string): Promise<AgentToken | null> {
    return session.manager.findOneBy(AgentToken, { nodeId, ...ownedBy(scope) });
  }

  ofCluster(session: Session, scope: Scope, clusterId: string): Promise<AgentToken[]> {
    return session.manager.find(AgentToken, { where: { clusterId, ...ownedBy(scope) }, order: { id: 'ASC' } });
  }

  insert(tx: Transaction, token: AgentToken): Promise<void> {
    return insertRows(tx, AgentToken, token);
  }

  /**
   * Notes a report before anything is made of it.
   * @returns false when the token is gone, or a report with this sequence number or a later one was taken already
   */
  async advance(tx: Transaction, id: string, sequence: number, reportedAt: Instant): Promise<boolean> {
    return (await changeRows(tx, ADVANCE, [sequence, reportedAt, id, sequence])) === 1;
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.manager.delete(AgentToken, { id });
  }
}
