import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageQuery, pageRequest, presentPage } from '../../../src/platform/http/paging.ts';
import { Problem } from '../../../src/platform/http/problem.ts';

describe('pages', () => {
  it('have 50 items unless asked, and at most 500', () => {
    expect(pageQuery.parse({})).toEqual({ limit: 50 });
    expect(pageQuery.parse({ limit: '500' }).limit).toBe(500);
    for (const limit of ['0', '501', '-1', '1.5', 'many', '']) {
      expect(pageQuery.safeParse({ limit }).success, limit).toBe(false);
    }
  });

  it('the cursor of a page leads on from its last item', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const { nextCursor } = presentPage({ items: [], next: id });
        expect(pageRequest({ limit: 10, cursor: nextCursor ?? '' })).toEqual({ limit: 10, after: id });
      }),
    );
  });

  it('the last page has no cursor, and without one the first page comes', () => {
    expect(presentPage({ items: [1], next: null })).toEqual({ items: [1], nextCursor: null });
    expect(pageRequest({ limit: 10 })).toEqual({ limit: 10, after: null });
  });

  it('a cursor that is none of ours is refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (cursor) => {
        const decoded = Buffer.from(cursor, 'base64url').toString('latin1');
        fc.pre(!/^[0-9a-f-]{36}$/.test(decoded));
        expect(() => pageRequest({ limit: 10, cursor })).toThrow(Problem);
      }),
    );
  });
});
