import { describe, expect, it } from 'vitest';
import { demandMatch, etagOf } from '../../../src/platform/http/etag.ts';
import { Problem } from '../../../src/platform/http/problem.ts';

const statusOf = (ifMatch: string | undefined, version: number): number => {
  try {
    demandMatch(ifMatch, version);
    return 200;
  } catch (thrown) {
    return thrown instanceof Problem ? thrown.status : 500;
  }
};

describe('a change is made on the version that was read', () => {
  it('the ETag is the version, as RFC 9110 writes it', () => {
    expect(etagOf(7)).toBe('"7"');
  });

  it.each([
    ['"7"', 200],
    ['W/"7"', 200],
    ['"6", "7"', 200],
    ['*', 200],
    ['"6"', 412],
    ['7', 412],
    ['"77"', 412],
    ['', 412],
    [undefined, 428],
  ])('If-Match %s on version 7 gives %i', (ifMatch, status) => {
    expect(statusOf(ifMatch, 7)).toBe(status);
  });
});
