import type { Finding } from '../../core/finding.ts';

/** An answer that says why not: RFC 9457, with a stable code. Controllers throw it, the problem filter prints it. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly findings: readonly Finding[];

  constructor(status: number, code: string, detail: string, findings: readonly Finding[] = []) {
    super(`${code}: ${detail}`);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.findings = findings;
  }
}

/** A thing that is not there, or that lies outside the caller's scope: the two must not be told apart. */
export const notFound = (what: string): Problem => new Problem(404, 'not_found', `There is no such ${what}.`);

export const conflict = (code: string, detail: string, findings: readonly Finding[] = []): Problem =>
  new Problem(409, code, detail, findings);

export const refused = (findings: readonly Finding[]): Problem => {
  const first = findings.find((finding) => finding.severity === 'error');
  return conflict('refused', first ? first.message : 'This cannot be done now.', findings);
};

export const badRequest = (code: string, detail: string, findings: readonly Finding[] = []): Problem =>
  new Problem(400, code, detail, findings);

/** Nobody is known to ask: the token is missing, wrong or too old. */
export const unauthorized = (code: string, detail: string): Problem => new Problem(401, code, detail);

/** It is known who asks, and they may not. */
export const forbidden = (code: string, detail: string): Problem => new Problem(403, code, detail);

/** What was sent is well formed, and cannot be meant. */
export const unprocessable = (code: string, detail: string): Problem => new Problem(422, code, detail);

/** `unknown_field` reads "Unknown field". */
export const titleOf = (code: string): string => code.charAt(0).toUpperCase() + code.slice(1).replaceAll('_', ' ');

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  readonly findings?: readonly Finding[];
}

export const documentOf = (problem: Problem, requestId: string): ProblemDocument => ({
  type: `urn:umpire:problem:${problem.code}`,
  title: titleOf(problem.code),
  status: problem.status,
  detail: problem.detail,
  code: problem.code,
  requestId,
  ...(problem.findings.length > 0 ? { findings: problem.findings } : {}),
});
