import { z } from 'zod';
import { ALERT_RULE_NAMES, ALERT_SEVERITIES } from '../core/alerts/rule.ts';
import { iso, type Instant } from '../core/time.ts';
import { pageOf, pageQuery } from '../platform/http/paging.ts';
import { findingSchema, label, time, uuid } from '../platform/http/schemas.ts';
import type { Alert } from './alert.entity.ts';

export const ruleName = z.enum(ALERT_RULE_NAMES);
export const severity = z.enum(ALERT_SEVERITIES);
const state = z.enum(['open', 'resolved']);

export const alertQuery = pageQuery.extend({
  state: state.optional(),
  rule: ruleName.optional(),
  severity: severity.optional(),
  clusterId: uuid.optional(),
  arbiterId: uuid.optional(),
  customerId: uuid.optional(),
});

const ticket = z.strictObject({
  system: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is 1 to 63 lower-case letters, digits or "-"'),
  id: label,
});

export const ticketChange = z.strictObject({
  ticket: ticket.nullable().describe('Where the ticket is that was opened for it; null takes it away.'),
});
export type TicketChange = z.output<typeof ticketChange>;

export const alertSchema = z.object({
  id: uuid,
  dedupKey: z.string().describe('The same for each alert of this rule about this subject; one at most is open.'),
  rule: ruleName,
  severity,
  state,
  subject: z.object({ kind: z.enum(['cluster', 'instance', 'arbiter', 'job']), id: uuid }),
  customerId: uuid.nullable().describe('null for the MSP’s own: an arbiter, or a job on one.'),
  clusterId: uuid.nullable(),
  arbiterId: uuid.nullable(),
  jobId: uuid.nullable(),
  summary: z.string(),
  findings: z.array(findingSchema),
  details: z.record(z.string(), z.unknown()).describe('Figures of the rule: vote, instance, certificates or job.'),
  since: time.describe('When the trouble began; it was opened when that had lasted for long enough.'),
  openedAt: time,
  updatedAt: time,
  clearedAt: time.nullable().describe('Since when all is well again, while it is not resolved yet.'),
  resolvedAt: time.nullable(),
  resolution: z
    .enum(['healthy', 'disabled', 'gone'])
    .nullable()
    .describe('healthy: all is well; disabled: its rule was switched off; gone: its subject is not watched any more.'),
  updates: z.int().describe('How many updates were sent.'),
  recurrences: z.int().describe('How often it came back before it was resolved.'),
  ticket: ticket.nullable(),
  version: z.int(),
});
export const alertPageSchema = pageOf(alertSchema);

const isoOrNull = (at: Instant | null) => (at === null ? null : iso(at));

export const presentAlert = (alert: Alert) => ({
  ...alert,
  subject: { kind: alert.subjectKind, id: alert.subjectId },
  ...{ since: iso(alert.since), openedAt: iso(alert.openedAt), updatedAt: iso(alert.updatedAt) },
  ...{ clearedAt: isoOrNull(alert.clearedAt), resolvedAt: isoOrNull(alert.resolvedAt) },
});
