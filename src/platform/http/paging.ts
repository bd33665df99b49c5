import { z } from 'zod';
import type { Page, PageRequest } from '../database/page.ts';
import { badRequest } from './problem.ts';

/** The query fields of every list; a route adds its filters with `.extend`. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('How many items, at most 500.'),
  cursor: z.string().max(200).optional().describe('`nextCursor` of the page before.'),
});

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Ask for the next page with it; null on the last one.'),
  });

const CURSOR = /^[0-9a-f-]{36}$/;

/** @throws a problem when the cursor is none of ours */
export const pageRequest = (query: { limit: number; cursor?: string | undefined }): PageRequest => {
  if (query.cursor === undefined) return { limit: query.limit, after: null };
  const after = Buffer.from(query.cursor, 'base64url').toString('latin1');
  if (!CURSOR.test(after))
    throw badRequest('invalid_cursor', 'This cursor is none of ours: take nextCursor from the page before.');
  return { limit: query.limit, after };
};

export const presentPage = <T>(page: Page<T>): { items: readonly T[]; nextCursor: string | null } => ({
  items: page.items,
  nextCursor: page.next === null ? null : Buffer.from(page.next, 'latin1').toString('base64url'),
});
