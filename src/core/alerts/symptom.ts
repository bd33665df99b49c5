import type { Finding } from '../finding.ts';
import type { Instant } from '../time.ts';
import type { AlertRuleName, SubjectKind } from './rule.ts';

/**
 * What a look says of one rule. `bad`: it holds. `fine`: there is evidence that it does not. `unclear`: nobody can tell,
 * so nothing is opened for it, and nothing that is open is resolved (invariant 21: unknown never counts as ok).
 */
export type Verdict = 'bad' | 'fine' | 'unclear';

/** One rule, held against what is known of one subject. */
export interface Symptom {
  readonly rule: AlertRuleName;
  readonly verdict: Verdict;
  /** Since when, as far as the look knows; of use where the verdict is bad. */
  readonly since: Instant;
  /** One sentence that names the subject. */
  readonly summary: string;
  /** What supports a bad verdict, the most telling first. */
  readonly findings: readonly Finding[];
  /** Figures for whoever reads the alert: a vote's state, a certificate's end. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Whom an alert is about. */
export interface AlertSubject {
  readonly kind: SubjectKind;
  readonly id: string;
}

/** The same for one rule and one subject for ever: whoever keeps tickets finds the old one by it. */
export const dedupKeyOf = (rule: AlertRuleName, { kind, id }: AlertSubject): string => `${rule}:${kind}:${id}`;

export const bad = (holds: boolean): Verdict => (holds ? 'bad' : 'fine');

/** `blind` wins over everything but a finding that was made. */
export const verdictFrom = (found: readonly Finding[], blind: boolean): Verdict =>
  found.length > 0 ? 'bad' : blind ? 'unclear' : 'fine';

/** The findings that have one of these codes, in their order. */
export const withCodes = (findings: readonly Finding[], codes: readonly string[]): readonly Finding[] =>
  findings.filter(({ code }) => codes.includes(code));
