import { z } from 'zod';
import type { PresenceTimes } from '../core/quorum/availability.ts';
import { DAY_MS, iso, monthName, monthOf, parseInstant, SECOND_MS, type Instant, type Period } from '../core/time.ts';
import { badRequest } from '../platform/http/problem.ts';
import { findingSchema, time, uuid } from '../platform/http/schemas.ts';
import type { AvailabilityReport } from './report-availability.ts';

const LONGEST_PERIOD_MS = 366 * DAY_MS;

export const availabilityQuery = z.strictObject({
  month: z.string().optional().describe('`2026-11`, in UTC. This month when neither it nor a range is given.'),
  from: time.optional().describe('With `to`, instead of `month`.'),
  to: time.optional().describe('Exclusive; at most 366 days after `from`.'),
});
export type AvailabilityQuery = z.output<typeof availabilityQuery>;

/** @throws a problem: 400 where the query names no period, or one that is too long */
export const periodIn = ({ month, from, to }: AvailabilityQuery, now: Instant): Period => {
  if (from === undefined && to === undefined) return monthIn(month ?? monthName(now));
  const [begin, end] = [parseInstant(from ?? ''), parseInstant(to ?? '')];
  if (month !== undefined || begin === null || end === null || begin >= end)
    throw badRequest('period_invalid', 'Give a month (2026-11), or from and to with to after from, and not both.');
  if (end - begin > LONGEST_PERIOD_MS)
    throw badRequest('period_too_long', 'A period has at most 366 days: ask for several.');
  return { from: begin, to: end };
};

const monthIn = (text: string): Period => {
  const period = monthOf(text);
  if (!period) throw badRequest('period_invalid', 'A month is written as 2026-11.');
  return period;
};

const seconds = z.number().min(0);

const timesSchema = z.object({ present: seconds, degraded: seconds, absent: seconds, unknown: seconds });

export const availabilitySchema = z.object({
  clusterId: uuid,
  from: time,
  to: time,
  until: time.describe('The end of what is told: now, while the period runs.'),
  complete: z.boolean().describe('The whole period is told.'),
  seconds: timesSchema.describe('By the vote’s presence; they add up to the time from `from` until `until`.'),
  maintenanceSeconds: timesSchema.describe(
    'How much of these lies in maintenance windows that were made before the outage began. Never of `present`.',
  ),
  incidentCount: z.int(),
  incidents: z
    .array(
      z.object({
        from: time.describe('When it began, even before the period.'),
        to: time.nullable().describe('null when it was not over within the period.'),
        presence: z.enum(['degraded', 'absent', 'unknown']).describe('The worst of it.'),
        state: z.enum(['ok', 'at-risk', 'lost', 'unknown']).describe('The state at that time.'),
        findings: z.array(findingSchema).describe('The reasons at that time; none where the views merely ran out.'),
        inMaintenance: z.boolean().describe('All of it lies in maintenance that was planned before it began.'),
        seconds: seconds.describe('Within the period.'),
        maintenanceSeconds: seconds,
      }),
    )
    .describe('Unbroken times without the vote being present, oldest first; of more than 500 the last ones.'),
});

const inSeconds = (ms: number): number => ms / SECOND_MS;

const presentTimes = ({ present, degraded, absent, unknown }: PresenceTimes) => ({
  present: inSeconds(present),
  degraded: inSeconds(degraded),
  absent: inSeconds(absent),
  unknown: inSeconds(unknown),
});

export const presentAvailability = (report: AvailabilityReport) => ({
  clusterId: report.clusterId,
  from: iso(report.period.from),
  to: iso(report.period.to),
  until: iso(report.until),
  complete: report.until === report.period.to,
  seconds: presentTimes(report.times),
  maintenanceSeconds: presentTimes(report.inMaintenance),
  incidentCount: report.incidentCount,
  incidents: report.incidents.map(({ from, to, lengthMs, maintenanceMs, ...incident }) => ({
    ...incident,
    from: iso(from),
    to: to === null ? null : iso(to),
    seconds: inSeconds(lengthMs),
    maintenanceSeconds: inSeconds(maintenanceMs),
  })),
});
