import type { Response } from 'express';
import { Problem } from './problem.ts';

/** The ETag of a resource is its version number, which grows with each change. */
export const etagOf = (version: number): string => `"${version}"`;

/** Puts the resource's ETag on the answer and hands the resource on. */
export const withEtag = <T extends { version: number }>(response: Response, resource: T): T => {
  response.setHeader('ETag', etagOf(resource.version));
  return resource;
};

/**
 * Refuses a change that was not made on the version that stands (RFC 9110, section 13.1.1; RFC 6585, section 3).
 * @param ifMatch the request's `If-Match`, or undefined when it has none
 */
export const demandMatch = (ifMatch: string | undefined, version: number): void => {
  if (ifMatch === undefined) {
    throw new Problem(
      428,
      'precondition_required',
      'Send If-Match with the ETag that you read, so that no change of another is overwritten.',
    );
  }
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (!tags.includes('*') && !tags.includes(etagOf(version))) {
    throw new Problem(
      412,
      'precondition_failed',
      'It has changed since you read it: read it again, then decide again.',
    );
  }
};
