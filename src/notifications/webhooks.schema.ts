import { z } from 'zod';
import { CHOSEN_EVENTS } from '../core/notifications/notice.ts';
import { instant, iso } from '../core/time.ts';
import { pageOf } from '../platform/http/paging.ts';
import { findingSchema, label, time, uuid } from '../platform/http/schemas.ts';
import type { Webhook } from './webhook.entity.ts';

export const chosenEvents = z
  .array(z.enum(CHOSEN_EVENTS))
  .min(1)
  .refine((events) => new Set(events).size === events.length, 'names an event twice');

const url = z
  .string()
  .min(1)
  .max(2_000)
  .describe('https://, at an address of the public Internet. Redirects are not followed.');

export const newWebhook = z.strictObject({
  name: label,
  url,
  customerId: uuid.optional().describe('The one customer whose notices it gets; all of them when not given.'),
  events: chosenEvents.optional().describe('All of them when not given.'),
});
export type NewWebhook = z.output<typeof newWebhook>;

export const webhookChange = z.strictObject({
  name: label.optional(),
  url: url.optional(),
  events: chosenEvents.nullable().optional().describe('null: all of them.'),
  state: z.enum(['active', 'disabled']).optional(),
});
export type WebhookChange = z.output<typeof webhookChange>;

/** A year would be no overlap any more. */
const LONGEST_OVERLAP_HOURS = 30 * 24;

export const secretRotation = z.strictObject({
  overlapHours: z
    .int()
    .min(0)
    .max(LONGEST_OVERLAP_HOURS)
    .default(24)
    .describe('For so long the secret before signs as well; 0 ends it at once.'),
});
export type SecretRotation = z.output<typeof secretRotation>;

export const webhookSchema = z.object({
  id: uuid,
  name: z.string(),
  customerId: uuid.nullable(),
  url: z.string(),
  events: z.array(z.enum(CHOSEN_EVENTS)).nullable(),
  state: z.enum(['active', 'disabled']),
  disabledBy: findingSchema.nullable().describe('Why the service disabled it; null when a person did.'),
  oldSecretUntil: time.nullable().describe('Until then the secret before signs as well.'),
  version: z.int(),
  createdAt: time,
  updatedAt: time,
});
export const webhookWithSecretSchema = webhookSchema.extend({
  secret: z.string().describe('whsec_…, for checking signatures. It is shown this once.'),
});
export const webhookPageSchema = pageOf(webhookSchema);

/** The secrets are left behind here, sealed as they are. */
export const presentWebhook = ({ id, name, customerId, url, events, state, disabledBy, ...rest }: Webhook) => ({
  ...{ id, name, customerId, url, events, state, disabledBy },
  oldSecretUntil: rest.oldSecretUntil === null ? null : iso(instant(rest.oldSecretUntil)),
  version: rest.version,
  createdAt: iso(instant(rest.createdAt)),
  updatedAt: iso(instant(rest.updatedAt)),
});
