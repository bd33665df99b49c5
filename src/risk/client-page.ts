import type { ClientRow } from './list-clients.ts';
import { badRequest } from '../platform/http/problem.ts';

/** Clients are no rows with ids: their place in a list is what they are, so that it stays theirs from one look to the next. */
const keyOf = ({ instanceId, clusterName, client }: ClientRow): string =>
  JSON.stringify([instanceId, clusterName, String(client.nodeId).padStart(10, '0')]);

export interface ClientPage {
  readonly items: readonly ClientRow[];
  readonly nextCursor: string | null;
}

/**
 * One page of clients, by instance, cluster and node id. What connects meanwhile is shown when it comes after the page.
 * @param cursor `nextCursor` of the page before
 * @throws a problem when the cursor is none of ours
 */
export const clientPage = (rows: readonly ClientRow[], limit: number, cursor: string | undefined): ClientPage => {
  const after = cursor === undefined ? '' : keyIn(cursor);
  const keyed = rows
    .map((row) => ({ row, key: keyOf(row) }))
    .filter(({ key }) => key > after)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const last = keyed[limit - 1];
  return {
    items: keyed.slice(0, limit).map(({ row }) => row),
    nextCursor: last && keyed.length > limit ? Buffer.from(last.key).toString('base64url') : null,
  };
};

const keyIn = (cursor: string): string => {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (/^\["[0-9a-f-]{36}",".*","\d{10}"\]$/s.test(key)) return key;
  throw badRequest('invalid_cursor', 'This cursor is none of ours: take nextCursor from the page before.');
};
