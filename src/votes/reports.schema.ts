import { z } from 'zod';
import { time } from '../platform/http/schemas.ts';

/** 32 nodes print 3 kB; the agent cuts at 16 KiB. */
const MOST_CHARACTERS = 32 * 1024;

const toolOutput = z.strictObject({
  exitCode: z.int().min(0).max(255),
  stdout: z.string().max(MOST_CHARACTERS),
  stderr: z.string().max(4096).default(''),
});

export const report = z.strictObject({
  sequence: z
    .int()
    .min(1)
    .describe(
      'Higher with each report of this node. One that is not higher than all before is taken for a repetition.',
    ),
  sentAt: time.describe('By the clock of the node. It only informs: what counts is when the report was received.'),
  tools: z.strictObject({
    quorum: toolOutput.describe('corosync-quorumtool -s'),
    device: toolOutput.describe('corosync-qdevice-tool -sv'),
  }),
});
export type Report = z.output<typeof report>;
