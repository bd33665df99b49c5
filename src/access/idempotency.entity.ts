import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Instant } from '../core/time.ts';
import { count, id, instant, text, word } from '../platform/database/columns.ts';

/** The answer that was given to a POST with an Idempotency-Key, so that the same POST gets the same answer again. */
@Entity('idempotent_answers')
export class IdempotentAnswer {
  @PrimaryColumn(id({ name: 'token_id' }))
  tokenId!: string;

  @PrimaryColumn(word({ name: 'idempotency_key' }))
  idempotencyKey!: string;

  /** SHA-256 of method, path and body. */
  @Column(word({ name: 'request_hash' }))
  requestHash!: string;

  /** Under which id each try makes its thing: the second finds what the first made. null in rows that are older than this. */
  @Column(id({ name: 'made_id', nullable: true }))
  madeId!: string | null;

  /** null while the first request is still under way. */
  @Column(count({ nullable: true }))
  status!: number | null;

  /** Status, headers and body, sealed: an answer may hold a new token's secret. */
  @Column(text({ name: 'sealed_answer', nullable: true }))
  sealedAnswer!: string | null;

  /** When the request that runs, or ran, was begun: it tells one claim on the key from the next. */
  @Index()
  @Column(instant({ name: 'created_at' }))
  createdAt!: Instant;
}
