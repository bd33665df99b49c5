import { z } from 'zod';
import { mailAddress } from '../core/notifications/mail-text.ts';
import { CHOSEN_EVENTS } from '../core/notifications/notice.ts';
import { instant, iso } from '../core/time.ts';
import { named } from '../hosts/hosts.schema.ts';
import { pageOf } from '../platform/http/paging.ts';
import { time, uuid } from '../platform/http/schemas.ts';
import type { MailRecipient } from './mail-recipient.entity.ts';
import { chosenEvents } from './webhooks.schema.ts';

export const newMailRecipient = z.strictObject({
  address: named(mailAddress, 'name@domain.example'),
  customerId: uuid.optional().describe('The one customer whose notices it gets; all of them when not given.'),
  events: chosenEvents.optional().describe('All of them when not given.'),
});
export type NewMailRecipient = z.output<typeof newMailRecipient>;

export const mailRecipientSchema = z.object({
  id: uuid,
  address: z.string(),
  customerId: uuid.nullable(),
  events: z.array(z.enum(CHOSEN_EVENTS)).nullable(),
  version: z.int(),
  createdAt: time,
});
export const mailRecipientPageSchema = pageOf(mailRecipientSchema);

export const presentMailRecipient = ({ id, address, customerId, events, version, createdAt }: MailRecipient) => ({
  ...{ id, address, customerId, events, version },
  createdAt: iso(instant(createdAt)),
});
