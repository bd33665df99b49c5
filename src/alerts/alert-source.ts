import type { AlertRuleName } from '../core/alerts/rule.ts';
import type { AlertSubject, Symptom } from '../core/alerts/symptom.ts';
import type { Instant } from '../core/time.ts';
import type { Session, Transaction } from '../platform/database/database.ts';

/** What a look says of one subject, and whose it is. */
export interface Look {
  readonly customerId: string | null;
  readonly clusterId: string | null;
  readonly arbiterId: string;
  readonly jobId: string | null;
  /** One for each rule of the source. */
  readonly symptoms: readonly Symptom[];
}

/** Where some rules find what they are held against. */
export interface AlertSource {
  readonly rules: readonly AlertRuleName[];
  /** How often it is asked what is due. */
  readonly everyMs: number;
  /** The subjects that are to be weighed now, at most so many of those that can wait for the next time. */
  due(session: Session, now: Instant, limit: number): Promise<readonly AlertSubject[]>;
  /** @returns null when the subject is not watched any more */
  look(session: Session, subject: AlertSubject, now: Instant): Promise<Look | null>;
  /**
   * For a source whose subjects say themselves when they are due: without it they are weighed each time they are asked
   * for, and written only when something is to be changed.
   */
  readonly schedule?: {
    /** Takes the subject until the transaction ends. @returns false when it is due no more */
    claim(tx: Transaction, subject: AlertSubject, now: Instant): Promise<boolean>;
    /** Says when the subject is due again, or null for never. */
    settle(tx: Transaction, subject: AlertSubject, next: Instant | null): Promise<void>;
  };
}
