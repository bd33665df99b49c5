import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Keyring } from '../platform/crypto/kek.ts';
import { seal, unseal } from '../platform/crypto/sealing.ts';
import { Secret } from '../platform/crypto/secret.ts';
import { isUniqueViolation } from '../platform/database/constraint.ts';
import { Database } from '../platform/database/database.ts';
import { conflict, unprocessable } from '../platform/http/problem.ts';
import { IdempotencyStore, type Claim, type ClaimOutcome, type KeyedRequest } from './idempotency.store.ts';

/** An answer as it went over the wire. */
export interface GivenAnswer {
  readonly status: number;
  /** `Content-Type`, `Location` and `ETag`, where the answer had them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Remembers what was answered to whom under which key; sealed, because an answer may hold a new token. */
@Injectable()
export class IdempotentAnswers {
  constructor(
    private readonly database: Database,
    private readonly store: IdempotencyStore,
    private readonly keyring: Keyring,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @returns the right to run the request, or the answer that it already got
   * @throws a problem: `idempotency_key_reused`, `request_in_progress`
   */
  async begin(request: KeyedRequest): Promise<Claim | GivenAnswer> {
    const outcome = await this.claim(request);
    switch (outcome.kind) {
      case 'granted':
        return outcome.claim;
      case 'answered':
        return this.open(request, outcome.sealedAnswer);
      case 'running':
        throw conflict('request_in_progress', 'The first request with this Idempotency-Key is still under way.');
      case 'other-request':
        throw unprocessable('idempotency_key_reused', 'This Idempotency-Key belongs to another request.');
    }
  }

  async remember(claim: Claim, answer: GivenAnswer): Promise<void> {
    const sealed = seal(new Secret(JSON.stringify(answer)), placeOf(claim), this.keyring);
    await this.database.write((tx) => this.store.remember(tx, claim, answer.status, sealed));
  }

  async release(claim: Claim): Promise<void> {
    await this.database.write((tx) => this.store.release(tx, claim));
  }

  /** Where writers do not queue (PostgreSQL) another may take the key between our look and our insert. */
  private async claim(request: KeyedRequest): Promise<ClaimOutcome> {
    const now = this.clock.now();
    const attempt = () => this.database.write((tx) => this.store.claim(tx, request, now));
    return attempt().catch((thrown: unknown) => {
      if (!isUniqueViolation(thrown)) throw thrown;
      return attempt();
    });
  }

  private open(request: KeyedRequest, sealedAnswer: string): GivenAnswer {
    const opened = unseal(sealedAnswer, placeOf(request), this.keyring);
    if (!opened.ok) throw new Error(opened.findings[0]?.code);
    return JSON.parse(opened.value.reveal()) as GivenAnswer;
  }
}

const placeOf = ({ tokenId, key }: KeyedRequest) => ({
  table: 'idempotent_answers',
  column: 'sealed_answer',
  id: `${tokenId} ${key}`,
});
