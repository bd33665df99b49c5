/**
 * What went wrong is data: a stable code, how bad it is, whom it concerns and the figures it rests on.
 * Words for people stand in `message`; HTTP comes last and elsewhere.
 */
export type Severity = 'error' | 'warning' | 'info';

export type Params = Readonly<Record<string, string | number | boolean | readonly string[] | readonly number[]>>;

export interface Finding {
  /** Stable, machine-readable, `snake_case`; callers may switch on it. */
  readonly code: string;
  readonly severity: Severity;
  /** Whom it concerns: a node's address, a cluster's name, a field's path. */
  readonly subject: string;
  /** One or two sentences for a person: what was seen, and what to do about it. Never holds a secret. */
  readonly message: string;
  readonly params: Params;
}

const finding =
  (severity: Severity) =>
  (code: string, subject: string, message: string, params: Params = {}): Finding => ({
    code,
    severity,
    subject,
    message,
    params,
  });

/** Makes a finding that refuses or fails what was asked. */
export const error = finding('error');
/** Makes a finding that a person should know of, but that stops nothing. */
export const warning = finding('warning');
/** Makes a finding that only explains. */
export const info = finding('info');

/** True when any of the findings is an error. */
export const hasError = (findings: readonly Finding[]): boolean => findings.some((f) => f.severity === 'error');

/** Either a value, or the findings that say why there is none. Findings beside a value are warnings and infos. */
export type Result<T> =
  | { readonly ok: true; readonly value: T; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly findings: readonly Finding[] };

export const succeed = <T>(value: T, findings: readonly Finding[] = []): Result<T> => ({ ok: true, value, findings });
export const fail = (
  ...findings: readonly Finding[]
): { readonly ok: false; readonly findings: readonly Finding[] } => ({
  ok: false,
  findings,
});
