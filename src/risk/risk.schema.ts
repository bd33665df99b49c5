import { z } from 'zod';
import { iso } from '../core/time.ts';
import { findingSchema, time, uuid } from '../platform/http/schemas.ts';
import { whose, type ArbiterImpact, type ClusterImpact, type InstanceImpact } from './tell-restart-impact.ts';

const impactSchema = z.object({
  clusterId: uuid.nullable().describe('null for a cluster that is connected and not registered.'),
  customerId: uuid.nullable(),
  name: z.string(),
  reason: findingSchema,
});

export const restartImpactSchema = z.object({
  arbiterId: uuid,
  at: time,
  safe: z.boolean().describe('No cluster would lose quorum, and of each it is known.'),
  instances: z.array(
    z.object({
      instanceId: uuid,
      name: z.string(),
      port: z.int(),
      safe: z.boolean(),
      findings: z.array(findingSchema).describe('Why nobody can be sure who is connected; safe is false with any.'),
      staysQuorate: z.int().describe('How many clusters would stay quorate.'),
      wouldLose: z.array(impactSchema),
      notKnown: z.array(impactSchema).describe('Counted as clusters that would lose quorum.'),
      lost: z.array(impactSchema).describe('Clusters without quorum already; they do not count.'),
    }),
  ),
});

const presentImpact = ({ clusterId, customerId, name, reason }: ClusterImpact) => ({
  ...{ clusterId, customerId, name, reason },
});

const presentInstance = (impact: InstanceImpact) => ({
  instanceId: impact.instance.id,
  name: impact.instance.name,
  port: impact.instance.port,
  safe: impact.safe,
  findings: impact.findings,
  staysQuorate: whose(impact, 'stays-quorate').length,
  wouldLose: whose(impact, 'would-lose').map(presentImpact),
  notKnown: whose(impact, 'not-known').map(presentImpact),
  lost: whose(impact, 'lost').map(presentImpact),
});

export const presentRestartImpact = ({ arbiterId, at, safe, instances }: ArbiterImpact) => ({
  ...{ arbiterId, at: iso(at), safe },
  instances: instances.map(presentInstance),
});
