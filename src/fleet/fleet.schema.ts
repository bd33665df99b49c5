import { z } from 'zod';
import { ALERT_SEVERITIES } from '../core/alerts/rule.ts';
import { iso } from '../core/time.ts';
import { findingSchema, time, uuid } from '../platform/http/schemas.ts';
import type { BadCluster, InstanceHealth } from './fleet.store.ts';
import type { FleetSummary } from './summarise-fleet.ts';

const count = z.int().min(0);
const state = z.enum(['ok', 'at-risk', 'lost', 'unknown']);
const presence = z.enum(['present', 'degraded', 'absent', 'unknown']);

const badClusterSchema = z.object({
  clusterId: uuid,
  name: z.string(),
  customerId: uuid,
  state,
  presence,
  since: time.nullable().describe('null where it was never looked at.'),
  findings: z.array(findingSchema).describe('The reasons, the most telling first; none where views merely went stale.'),
  lossesSurvived: z.object({ withArbiter: z.int().nullable(), withoutArbiter: z.int().nullable() }),
});

const instanceSchema = z.object({
  instanceId: uuid,
  instance: z.string(),
  arbiterId: uuid,
  arbiter: z.string(),
  state: z.enum(['ok', 'degraded', 'unreachable', 'unknown']).describe('unknown before the first look.'),
  since: time.nullable(),
  clients: z.int().nullable(),
  findings: z.array(findingSchema),
});

export const fleetSummarySchema = z.object({
  at: time,
  clusters: z.object({
    onboarded: count.describe('Clusters whose vote is watched.'),
    byState: z.object({ ok: count, 'at-risk': count, lost: count, unknown: count }),
    byPresence: z.object({ present: count, degraded: count, absent: count, unknown: count }),
  }),
  worst: z.array(badClusterSchema).describe('The ten that need somebody most; none that is ok.'),
  arbiters: z
    .object({
      byState: z.object({ ok: count, degraded: count, unreachable: count, unknown: count }),
      notOk: z.array(instanceSchema),
    })
    .nullable()
    .describe('Each qnetd that serves; null for a token of one customer.'),
  jobs: z.object({ queued: count, running: count, frozen: count }),
  alerts: z.object({ critical: count, error: count, warning: count, info: count }).describe('Open ones, by severity.'),
});

const summed = <K extends string>(keys: readonly K[], counts: readonly (readonly [K, number])[]): Record<K, number> =>
  Object.fromEntries(
    keys.map((key) => [key, counts.filter(([of]) => of === key).reduce((sum, [, number]) => sum + number, 0)]),
  ) as Record<K, number>;

const presentBad = ({ lossesWithArbiter, lossesWithoutArbiter, since, ...cluster }: BadCluster) => ({
  ...cluster,
  since: since === null ? null : iso(since),
  lossesSurvived: { withArbiter: lossesWithArbiter, withoutArbiter: lossesWithoutArbiter },
});

const conditionOf = ({ row }: InstanceHealth) => row?.state ?? 'unknown';

const presentInstance = (health: InstanceHealth) => ({
  ...{ instanceId: health.instanceId, instance: health.instance, arbiterId: health.arbiterId, arbiter: health.arbiter },
  state: conditionOf(health),
  since: health.row && iso(health.row.since),
  clients: health.row?.clients ?? null,
  findings: health.row?.findings ?? [],
});

const presentArbiters = (instances: readonly InstanceHealth[]) => ({
  byState: summed(
    ['ok', 'degraded', 'unreachable', 'unknown'],
    instances.map((health) => [conditionOf(health), 1] as const),
  ),
  notOk: instances.filter((health) => conditionOf(health) !== 'ok').map(presentInstance),
});

export const presentFleet = ({ at, votes, worst, instances, jobs, openAlerts }: FleetSummary) => ({
  at: iso(at),
  clusters: {
    onboarded: votes.reduce((sum, { clusters }) => sum + clusters, 0),
    byState: summed(
      state.options,
      votes.map((vote) => [vote.state, vote.clusters] as const),
    ),
    byPresence: summed(
      presence.options,
      votes.map((vote) => [vote.presence, vote.clusters] as const),
    ),
  },
  worst: worst.map(presentBad),
  arbiters: instances && presentArbiters(instances),
  jobs: summed(
    ['queued', 'running', 'frozen'],
    jobs.flatMap(({ state: of, jobs: number }) =>
      of === 'queued' || of === 'running' || of === 'frozen' ? [[of, number] as const] : [],
    ),
  ),
  alerts: summed(ALERT_SEVERITIES, openAlerts),
});
