import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { DAY_MS, MINUTE_MS, plus, type Instant } from '../core/time.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import type { Transaction } from '../platform/database/database.ts';
import { insertRows } from '../platform/database/rows.ts';
import { IdempotentAnswer } from './idempotency.entity.ts';

/** How long an answer is kept: a client that retries later than a day asks anew. */
const KEPT_MS = DAY_MS;
/** After this a request that never ended counts as lost with its process. No handler runs so long. */
const LOST_AFTER_MS = MINUTE_MS;

/** Which request claims a key. */
export interface KeyedRequest {
  readonly tokenId: string;
  readonly key: string;
  /** SHA-256 of method, path and body. */
  readonly requestHash: string;
}

/** The right to run the request and to say what was answered; it passes on when a minute went by without an end. */
export interface Claim extends KeyedRequest {
  readonly claimedAt: Instant;
  /** The id of what the request makes, the same in each try: what a lost one made before its end is found by it. */
  readonly madeId: string;
}

export type ClaimOutcome =
  | { readonly kind: 'granted'; readonly claim: Claim }
  | { readonly kind: 'answered'; readonly sealedAnswer: string }
  | { readonly kind: 'running' }
  | { readonly kind: 'other-request' };

@Injectable()
export class IdempotencyStore {
  /** Looks whether the key is free, and takes it if so. What is older than a day is forgotten here. */
  async claim(tx: Transaction, request: KeyedRequest, now: Instant): Promise<ClaimOutcome> {
    await tx.manager.delete(IdempotentAnswer, { createdAt: LessThan(plus(now, -KEPT_MS)) });
    const known = await tx.manager.findOneBy(IdempotentAnswer, placeOf(request));
    if (!known) return this.take(tx, request, now);
    if (known.requestHash !== request.requestHash) return { kind: 'other-request' };
    if (known.sealedAnswer !== null) return { kind: 'answered', sealedAnswer: known.sealedAnswer };
    return now - known.createdAt < LOST_AFTER_MS ? { kind: 'running' } : this.takeOver(tx, known, request, now);
  }

  /** Keeps the answer for as long as the claim stands; one that passed on has nothing to say any more. */
  async remember(tx: Transaction, claim: Claim, status: number, sealedAnswer: string): Promise<void> {
    await tx.manager.update(IdempotentAnswer, rowOf(claim), { status, sealedAnswer });
  }

  /** Frees the key, so that the same request may be tried again. */
  async release(tx: Transaction, claim: Claim): Promise<void> {
    await tx.manager.delete(IdempotentAnswer, rowOf(claim));
  }

  private async take(tx: Transaction, request: KeyedRequest, now: Instant): Promise<ClaimOutcome> {
    const { requestHash } = request;
    const madeId = randomUUIDv7();
    await insertRows(tx, IdempotentAnswer, {
      ...placeOf(request),
      ...{ requestHash, madeId, status: null, sealedAnswer: null, createdAt: now },
    });
    return { kind: 'granted', claim: { ...request, claimedAt: now, madeId } };
  }

  private async takeOver(
    tx: Transaction,
    lost: IdempotentAnswer,
    request: KeyedRequest,
    now: Instant,
  ): Promise<ClaimOutcome> {
    const theLost = { ...placeOf(request), createdAt: lost.createdAt };
    const madeId = lost.madeId ?? randomUUIDv7();
    const { affected } = await tx.manager.update(IdempotentAnswer, theLost, { createdAt: now, madeId });
    return affected === 1 ? { kind: 'granted', claim: { ...request, claimedAt: now, madeId } } : { kind: 'running' };
  }
}

const placeOf = ({ tokenId, key }: KeyedRequest) => ({ tokenId, idempotencyKey: key });
const rowOf = (claim: Claim) => ({ ...placeOf(claim), createdAt: claim.claimedAt });
