import type { Finding } from '../core/finding.ts';

/** What came of one attempt. */
export interface AttemptOutcome {
  /** The status of HTTP or SMTP; null without an answer. */
  readonly status: number | null;
  readonly answer: string;
  /** null: it is delivered. */
  readonly finding: Finding | null;
  /** The pause that the receiver asked for. */
  readonly retryAfterMs: number | null;
  /** `never`: another attempt would fail as well. `gone`: nor would the receiver take anything else. */
  readonly again: 'later' | 'never' | 'gone';
}

/** An attempt that got no answer. */
export const unanswered = (finding: Finding): AttemptOutcome => ({
  ...{ status: null, answer: '', finding, retryAfterMs: null, again: 'later' },
});
