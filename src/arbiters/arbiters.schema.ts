import { z } from 'zod';
import { hostAddress } from '../core/names.ts';
import { iso } from '../core/time.ts';
import { fingerprint, named, port } from '../hosts/hosts.schema.ts';
import { pageOf } from '../platform/http/paging.ts';
import { label, time, uuid } from '../platform/http/schemas.ts';
import type { Arbiter, QnetdInstance } from './arbiter.entity.ts';

export const newArbiter = z.strictObject({
  name: label,
  address: named(hostAddress, 'Where the service reaches it by SSH, and the nodes reach qnetd.'),
  sshPort: port.default(22),
  credentialId: uuid,
  hostKeyFingerprint: fingerprint
    .optional()
    .describe('Without it, nothing is run there until a person has confirmed the key it shows.'),
  isolation: z.enum(['shared', 'per-customer']).default('shared'),
});
export type NewArbiter = z.output<typeof newArbiter>;

const instanceSchema = z.object({
  id: uuid,
  name: z.string(),
  port: z.int(),
  state: z.enum(['unprepared', 'prepared']),
});

export const arbiterSchema = z.object({
  id: uuid,
  name: z.string(),
  address: z.string(),
  sshPort: z.int(),
  credentialId: uuid,
  hostKeyId: uuid,
  isolation: z.enum(['shared', 'per-customer']),
  instances: z.array(instanceSchema),
  version: z.int(),
  createdAt: time,
});
export const arbiterPageSchema = pageOf(arbiterSchema);

export const presentArbiter = (arbiter: Arbiter, instances: readonly QnetdInstance[]) => ({
  ...arbiter,
  instances: instances.map(({ id, name, port: qnetdPort, state }) => ({ id, name, port: qnetdPort, state })),
  createdAt: iso(arbiter.createdAt),
});
