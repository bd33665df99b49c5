import { z } from 'zod';
import { NOTICE_EVENTS } from '../core/notifications/notice.ts';
import { instant, iso } from '../core/time.ts';
import { pageOf, pageQuery } from '../platform/http/paging.ts';
import { findingSchema, time, uuid } from '../platform/http/schemas.ts';
import type { DeliveryWithLog } from './read-deliveries.ts';

const state = z.enum(['pending', 'delivered', 'failed', 'cancelled']);

export const deliveryParams = z.strictObject({ id: z.uuid(), deliveryId: z.uuid() });
export const deliveryQuery = pageQuery.extend({ state: state.optional() });

export const deliverySchema = z.object({
  id: uuid,
  noticeId: uuid.describe('The `webhook-id` of the message: the same in each attempt.'),
  event: z.enum(NOTICE_EVENTS),
  sequence: z.int().describe('Its number among all that this receiver was to be told.'),
  state,
  attempts: z.int().describe('Since it was put down, or last asked to be sent again.'),
  nextAttemptAt: time.nullable().describe('null while an attempt is under way, and when it has ended.'),
  createdAt: time,
  endedAt: time.nullable(),
  log: z.array(
    z.object({
      at: time,
      durationMs: z.int(),
      status: z.int().nullable().describe('Of HTTP or SMTP; null when no answer came.'),
      answer: z.string().describe('How the answer began.'),
      finding: findingSchema.nullable().describe('Why it failed.'),
    }),
  ),
});
export const deliveryPageSchema = pageOf(deliverySchema);

const isoOrNull = (at: number | null) => (at === null ? null : iso(instant(at)));

export const presentDelivery = ({ id, noticeId, event, sequence, state, attempts, log, ...rest }: DeliveryWithLog) => ({
  ...{ id, noticeId, event, sequence, state, attempts },
  nextAttemptAt: rest.claim === null ? isoOrNull(rest.dueAt) : null,
  createdAt: iso(instant(rest.createdAt)),
  endedAt: isoOrNull(rest.endedAt),
  log: log.map(({ at, durationMs, status, answer, finding }) => ({
    ...{ at: iso(instant(at)), durationMs, status, answer, finding },
  })),
});
