import { z } from 'zod';
import { iso } from '../core/time.ts';
import type { Scope } from '../platform/database/scope.ts';
import { time } from '../platform/http/schemas.ts';
import type { Freeze } from './freeze.entity.ts';

export const newFreeze = z.strictObject({
  reason: z.string().trim().min(1).max(500).describe('Why, for whoever is refused meanwhile.'),
});
export type NewFreeze = z.output<typeof newFreeze>;

const nullUnlessMsp = 'null while nothing is frozen, and for a token of one customer.';

export const freezeSchema = z.object({
  frozen: z.boolean(),
  reason: z.string().nullable().describe('null while nothing is frozen.'),
  since: time.nullable(),
  by: z
    .object({ tokenId: z.string(), requestId: z.string(), remoteAddress: z.string() })
    .nullable()
    .describe(nullUnlessMsp),
  version: z.int(),
});

/** Who froze the service is for the MSP only: its tokens are none of a customer's. */
export const presentFreeze = ({ frozen, reason, since, by, version }: Freeze, scope: Scope) => ({
  frozen,
  reason,
  since: since === null ? null : iso(since),
  by:
    scope.kind === 'customer' || by?.kind !== 'token'
      ? null
      : { tokenId: by.tokenId, requestId: by.requestId, remoteAddress: by.remoteAddress },
  version,
});
