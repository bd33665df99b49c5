import { z } from 'zod';
import { AUDIT_KINDS, type AuditKind } from '../core/audit/event.ts';
import { iso, instant } from '../core/time.ts';
import { pageOf, pageQuery } from '../platform/http/paging.ts';
import { time, uuid } from '../platform/http/schemas.ts';
import type { AuditEventRow } from './audit-event.entity.ts';

const kinds = z.enum(AUDIT_KINDS as [AuditKind, ...AuditKind[]]);

export const auditQuery = pageQuery.extend({
  kind: kinds.optional(),
  customerId: uuid.optional(),
  from: time.optional(),
  to: time.optional(),
});

export const auditEventSchema = z.object({
  id: uuid,
  at: time,
  kind: kinds,
  customerId: uuid.nullable(),
  actor: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('token'), tokenId: z.string(), requestId: z.string(), remoteAddress: z.string() }),
    z.object({ kind: z.literal('job'), jobId: uuid }),
    z.object({ kind: z.literal('service') }),
  ]),
  data: z.record(z.string(), z.unknown()),
});

export const auditPageSchema = pageOf(auditEventSchema);

export const presentAuditEvent = (row: AuditEventRow) => ({ ...row, at: iso(instant(row.at)) });
