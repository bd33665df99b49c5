import { Injectable } from '@nestjs/common';
import type { Instant } from '../core/time.ts';
import type { Session, Transaction } from '../platform/database/database.ts';
import { insertRows } from '../platform/database/rows.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { covers, ownedBy, type Scope } from '../platform/database/scope.ts';
import { IdempotentAnswer } from './idempotency.entity.ts';
import { Token } from './token.entity.ts';

@Injectable()
export class TokensStore {
  async find(session: Session, scope: Scope, id: string): Promise<Token | null> {
    const token = await session.manager.findOneBy(Token, { id });
    return token && covers(scope, token.customerId) ? token : null;
  }

  page(session: Session, scope: Scope, request: PageRequest): Promise<Page<Token>> {
    return findPage(session.manager, Token, ownedBy(scope), request);
  }

  /** Whose token this is. It has no scope, because nobody has one before the token is known. */
  findByHash(session: Session, secretHash: string): Promise<Token | null> {
    return session.manager.findOneBy(Token, { secretHash });
  }

  /** The tokens that the service gave itself at boot. */
  bootTokens(session: Session): Promise<Token[]> {
    return session.manager.findBy(Token, { origin: 'boot' });
  }

  insert(tx: Transaction, token: Token): Promise<void> {
    return insertRows(tx, Token, token);
  }

  /** Not a change of the token as its owner knows it, so its version stays. */
  async noteUse(tx: Transaction, id: string, at: Instant): Promise<void> {
    await tx.manager.update(Token, { id }, { lastUsedAt: at });
  }

  /**
   * Removes a token and the answers that were kept for it.
   * @returns false when the row no longer has the version that was read
   */
  async delete(tx: Transaction, id: string, expectedVersion: number): Promise<boolean> {
    await tx.manager.delete(IdempotentAnswer, { tokenId: id });
    const result = await tx.manager.delete(Token, { id, version: expectedVersion });
    return result.affected === 1;
  }
}
