import { z } from 'zod';
import { instant, iso } from '../core/time.ts';
import { TOKEN_SCOPES } from '../platform/http/caller.ts';
import { pageOf } from '../platform/http/paging.ts';
import { label, time, uuid } from '../platform/http/schemas.ts';
import type { Token } from './token.entity.ts';

const scope = z.enum(TOKEN_SCOPES);

export const newToken = z.strictObject({
  name: label,
  scopes: z
    .array(scope)
    .min(1)
    .max(TOKEN_SCOPES.length)
    .refine((scopes) => new Set(scopes).size === scopes.length, 'names a scope twice')
    .describe('What it may do: admin everything, operate also reads, report only reports.'),
  customerId: uuid.optional().describe('The one customer whose things it sees; all of them when not given.'),
  expiresAt: time.optional().describe('When it ends; never when not given.'),
});
export type NewToken = z.output<typeof newToken>;

export const tokenSchema = z.object({
  id: uuid,
  name: z.string(),
  scopes: z.array(scope),
  customerId: uuid.nullable(),
  origin: z
    .enum(['issued', 'boot'])
    .describe('boot: the first admin token, from the environment or made at first boot.'),
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable().describe('To the minute.'),
  version: z.int(),
  createdAt: time,
});
export const issuedTokenSchema = tokenSchema.extend({
  token: z.string().describe('Send it as `Authorization: Bearer …`. It is shown this once.'),
});
export const tokenPageSchema = pageOf(tokenSchema);

const isoOrNull = (at: number | null) => (at === null ? null : iso(instant(at)));

/** The hash is left behind here. */
export const presentToken = ({ secretHash: _, ...token }: Token) => ({
  ...token,
  expiresAt: isoOrNull(token.expiresAt),
  lastUsedAt: isoOrNull(token.lastUsedAt),
  createdAt: iso(instant(token.createdAt)),
});
