import { z } from 'zod';
import type { VoteState } from '../core/quorum/vote-state.ts';
import { iso, type Instant } from '../core/time.ts';
import { pageOf, pageQuery } from '../platform/http/paging.ts';
import { findingSchema, time, uuid } from '../platform/http/schemas.ts';
import type { VoteTransition } from './vote.entity.ts';

const state = z.enum(['ok', 'at-risk', 'lost', 'unknown']);
const votes = z.int().nullable();

export const voteSchema = z.object({
  state,
  since: time.nullable().describe('null until the cluster was first looked at.'),
  findings: z.array(findingSchema),
  votes: z
    .object({ expected: votes, total: votes, quorum: votes, qdevice: votes })
    .describe('null without a fresh view of a node.'),
  nodes: z.array(
    z.object({
      nodeId: z.int().nullable(),
      name: z.string(),
      online: z.boolean().nullable(),
      qdevice: z.enum(['cast', 'not-cast', 'not-registered', 'unknown']),
    }),
  ),
  arbiter: z.object({ vote: z.enum(['ack', 'nack', 'ask-later', 'wait-for-reply', 'none', 'unknown']) }),
  lossesSurvived: z.object({ withArbiter: z.int().nullable(), withoutArbiter: z.int().nullable() }),
  sources: z.array(
    z.object({ source: z.enum(['arbiter', 'node', 'push']), at: time, ageMs: z.int(), fresh: z.boolean() }),
  ),
});

export const presentVote = (vote: VoteState, since: Instant | null) => ({
  ...vote,
  since: since === null ? null : iso(since),
  sources: vote.sources.map((source) => ({ ...source, at: iso(source.at) })),
});

export const historyQuery = pageQuery.extend({ from: time.optional(), to: time.optional() });

export const historySchema = pageOf(
  z.object({
    id: uuid,
    at: time,
    from: state.nullable(),
    to: state,
    presence: z
      .enum(['present', 'degraded', 'absent', 'unknown'])
      .describe('Whether the external vote was there from then on; it may change while the state stays.'),
    findings: z.array(findingSchema).describe('The reasons for the new state.'),
  }),
);

export const presentTransition = ({ id, at, from, to, presence, findings }: VoteTransition) => ({
  id,
  at: iso(at),
  from,
  to,
  presence,
  findings,
});
