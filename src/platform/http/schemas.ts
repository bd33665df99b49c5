import { z } from 'zod';

/** The small schemas that every resource's schema is made of. */
export const uuid = z.uuid().describe('A UUIDv7.');
export const idParam = z.strictObject({ id: z.uuid() });
export const time = z.iso.datetime().describe('ISO 8601, UTC.');
export const label = z.string().trim().min(1).max(200);

export const findingSchema = z.object({
  code: z.string().describe('Stable; programs may switch on it.'),
  severity: z.enum(['error', 'warning', 'info']),
  subject: z.string(),
  message: z.string(),
  params: z.record(z.string(), z.unknown()),
});

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
  findings: z.array(findingSchema).optional(),
});
