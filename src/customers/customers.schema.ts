import { z } from 'zod';
import { instant, iso } from '../core/time.ts';
import { pageOf } from '../platform/http/paging.ts';
import { label, time, uuid } from '../platform/http/schemas.ts';
import type { CustomerWithRefs } from './customers.store.ts';

const externalRef = z.strictObject({
  system: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'is 1 to 63 lower-case letters, digits or "-"'),
  id: label,
});

const externalRefs = z
  .array(externalRef)
  .max(20)
  .refine(
    (refs) => new Set(refs.map((ref) => `${ref.system} ${ref.id}`)).size === refs.length,
    'names a reference twice',
  );

export const newCustomer = z.strictObject({ name: label, externalRefs: externalRefs.default([]) });
export const customerChange = z.strictObject({ name: label.optional(), externalRefs: externalRefs.optional() });
export const refParams = z.strictObject({ system: externalRef.shape.system, id: label });

export const customerSchema = z.object({
  id: uuid,
  name: z.string(),
  externalRefs: z.array(z.object({ system: z.string(), id: z.string() })),
  version: z.int(),
  createdAt: time,
  updatedAt: time,
});
export const customerPageSchema = pageOf(customerSchema);

export type NewCustomer = z.output<typeof newCustomer>;
export type CustomerChange = z.output<typeof customerChange>;

export const presentCustomer = (customer: CustomerWithRefs) => ({
  ...customer,
  createdAt: iso(instant(customer.createdAt)),
  updatedAt: iso(instant(customer.updatedAt)),
});
