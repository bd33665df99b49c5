import { z } from 'zod';
import type { NodeId } from '../core/names.ts';
import type { Partition } from '../core/quorum/device-vote.ts';
import type { WhatIf, WhatIfQuestion } from '../core/quorum/what-if.ts';

const ids = String.raw`\d{1,10}(?:,\d{1,10})*`;

export const whatIfQuery = z.strictObject({
  down: z
    .string()
    .max(500)
    .regex(new RegExp(`^(?:${ids})?$`), 'must be node ids with commas between them')
    .optional()
    .describe('Node ids: `1,2`.'),
  arbiter: z.enum(['up', 'down']).default('up').describe('`down`: no node reaches qnetd.'),
  partitions: z
    .string()
    .max(500)
    .regex(new RegExp(String.raw`^${ids}(?:\|${ids})*$`), 'must be node ids with commas, and | between partitions')
    .optional()
    .describe('How the nodes that are up see each other: `1,2|3`. All together when left out.'),
});
export type WhatIfQuery = z.output<typeof whatIfQuery>;

const idsIn = (text: string): NodeId[] =>
  text
    .split(',')
    .filter((id) => id !== '')
    .map((id) => Number(id) as NodeId);

export const downIn = ({ down = '' }: WhatIfQuery): NodeId[] => idsIn(down);
export const partitionsIn = ({ partitions }: WhatIfQuery): Partition[] | undefined => partitions?.split('|').map(idsIn);

const nodeIds = z.array(z.int());

export const whatIfSchema = z.object({
  expectedVotes: z.int(),
  quorum: z.int(),
  quorate: nodeIds.describe('The nodes that stay quorate.'),
  outcomes: z.array(
    z.object({
      nodeId: z.int(),
      partition: nodeIds.describe('The nodes it sees, itself included.'),
      votes: z.int().describe('Its partition’s, and the device’s where it has them.'),
      quorate: z.boolean(),
    }),
  ),
  reasons: z.array(z.object({ text: z.string(), source: z.string() })).describe('The reasoning, step by step.'),
  assumed: z
    .object({
      device: z.object({ algorithm: z.enum(['ffsplit', 'lms']), votes: z.int() }).nullable(),
      tieBreaker: z.union([z.enum(['lowest', 'highest']), z.int()]),
      tieBreakerSeen: z.boolean().describe('qnetd said so; else it is Corosync’s default.'),
      twoNode: z.boolean(),
      activePartition: nodeIds
        .nullable()
        .describe('The nodes that have the vote, where qnetd keeps it with them (keepActivePartitionTieBreaker).'),
    })
    .describe('What was taken for true beside the question.'),
});

export interface AnsweredWhatIf {
  readonly answer: WhatIf;
  readonly question: WhatIfQuestion;
  readonly tieBreakerSeen: boolean;
}

export const presentWhatIf = ({ answer, question, tieBreakerSeen }: AnsweredWhatIf) => ({
  ...answer,
  assumed: {
    device: question.device,
    tieBreaker: question.tieBreaker,
    tieBreakerSeen,
    twoNode: question.twoNode ?? false,
    activePartition: question.activePartition ?? null,
  },
});
