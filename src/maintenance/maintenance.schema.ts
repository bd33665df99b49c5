import { z } from 'zod';
import { iso } from '../core/time.ts';
import { pageOf, pageQuery } from '../platform/http/paging.ts';
import { time, uuid } from '../platform/http/schemas.ts';
import type { MaintenanceWindowRow } from './maintenance-window.entity.ts';

const subjects = { customerId: uuid.optional(), clusterId: uuid.optional(), arbiterId: uuid.optional() };

const namesOne = ({ customerId, clusterId, arbiterId }: Partial<Record<keyof typeof subjects, string | undefined>>) =>
  [customerId, clusterId, arbiterId].filter((id) => id !== undefined).length === 1;

export const newWindow = z
  .strictObject({
    ...subjects,
    from: time,
    to: time.describe('Exclusive; at most 30 days after `from`, and in the future.'),
    reason: z.string().trim().min(1).max(500).describe('What is done, for whoever reads the history.'),
  })
  .refine(namesOne, 'must name exactly one of customerId, clusterId and arbiterId');
export type NewWindow = z.output<typeof newWindow>;

export const windowQuery = pageQuery.extend(subjects);

export const windowSchema = z.object({
  id: uuid,
  customerId: uuid.nullable().describe('Whose it is; null for one over an arbiter.'),
  clusterId: uuid.nullable(),
  arbiterId: uuid.nullable(),
  from: time,
  to: time,
  reason: z.string(),
  version: z.int(),
  createdAt: time.describe('It counts only for outages that began afterwards.'),
});
export const windowPageSchema = pageOf(windowSchema);

export const presentWindow = (window: MaintenanceWindowRow) => ({
  ...window,
  from: iso(window.from),
  to: iso(window.to),
  createdAt: iso(window.createdAt),
});
