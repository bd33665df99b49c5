import { StandardSchemaValidationPipe } from '@nestjs/common';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { error, type Finding } from '../../core/finding.ts';
import { badRequest, type Problem } from './problem.ts';

const pathOf = (issue: StandardSchemaV1.Issue): string =>
  (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.') || 'body';

/** zod names the fields it does not know in the issue itself; Standard Schema's type leaves that out. */
const unknownFields = (issue: StandardSchemaV1.Issue): readonly string[] =>
  'code' in issue && issue.code === 'unrecognized_keys' && 'keys' in issue && Array.isArray(issue.keys)
    ? issue.keys.map(String)
    : [];

const findingsOf = (issue: StandardSchemaV1.Issue): Finding[] => {
  const unknown = unknownFields(issue);
  if (unknown.length === 0) return [error('invalid_field', pathOf(issue), `${pathOf(issue)}: ${issue.message}`)];
  const parent = pathOf(issue) === 'body' ? '' : `${pathOf(issue)}.`;
  return unknown.map((field) =>
    error(
      'unknown_field',
      `${parent}${field}`,
      `There is no field "${parent}${field}" here; look at /docs for the fields there are.`,
    ),
  );
};

const problemOf = (issues: readonly StandardSchemaV1.Issue[]): Problem => {
  const findings = issues.flatMap(findingsOf);
  const unknown = findings.find((finding) => finding.code === 'unknown_field');
  return unknown
    ? badRequest('unknown_field', unknown.message, findings)
    : badRequest('invalid_request', findings[0]?.message ?? 'The request does not fit its schema.', findings);
};

/** Checks bodies, queries and path parameters against their schemas; each thing that is wrong is a finding. */
export const validationPipe = (): StandardSchemaValidationPipe =>
  new StandardSchemaValidationPipe({ transform: true, exceptionFactory: problemOf });
