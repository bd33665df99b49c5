import type { Instant } from '../core/time.ts';
import type { Transaction } from '../platform/database/database.ts';

/** What whoever wants to be told is told. */
export interface Notice {
  readonly event: 'alert.opened' | 'alert.updated' | 'alert.resolved' | 'test';
  /** Whose thing it is about; null for the MSP's own. */
  readonly customerId: string | null;
  readonly occurredAt: Instant;
  /** For programs. */
  readonly data: Readonly<Record<string, unknown>>;
  /** For people, as an e-mail. */
  readonly subject: string;
  readonly text: string;
}

/** Takes notices in the transaction of what they tell of: neither stands without the other. */
export abstract class NoticeOutbox {
  abstract run(tx: Transaction, notice: Notice): Promise<void>;
}
