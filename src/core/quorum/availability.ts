import { countsFor, coveredMs, type MaintenanceWindow } from '../maintenance/window.ts';
import type { Instant, Period } from '../time.ts';
import { toIncidents, type Incident } from './incidents.ts';
import type { Presence } from './presence.ts';
import { stretchesOf, type PresenceChange, type Stretch } from './stretches.ts';

/** Milliseconds by what the vote's presence was. */
export type PresenceTimes = Readonly<Record<Presence, number>>;

export interface AvailabilityQuestion {
  /** `to` is exclusive, and not in the future. */
  readonly period: Period;
  /**
   * Oldest first: every change in the period, those before it from the last one on that made the vote present (so that an
   * outage that began before the period keeps its beginning), and the first one after it.
   */
  readonly changes: readonly PresenceChange[];
  /** Until when what the last change says is backed by views; afterwards nothing is known. Null: not beyond the change itself. */
  readonly evidenceUntil: Instant | null;
  /** Of the cluster, its customer and its arbiter. */
  readonly windows: readonly MaintenanceWindow[];
}

export interface Availability {
  /** Adds up to the period's length. */
  readonly times: PresenceTimes;
  /** How much of these times lies in maintenance windows that were made before the outage began; `present` is always 0. */
  readonly inMaintenance: PresenceTimes;
  /** Outages that touch the period, oldest first. */
  readonly incidents: readonly Incident[];
}

/** A stretch as far as it lies in the period. */
export interface Part {
  readonly stretch: Stretch;
  readonly lengthMs: number;
  readonly maintenanceMs: number;
}

const NONE: PresenceTimes = { present: 0, degraded: 0, absent: 0, unknown: 0 };

const partOf = (stretch: Stretch, { from, to }: Period, windows: readonly MaintenanceWindow[]): Part => {
  const begin = Math.max(stretch.from ?? from, from) as Instant;
  const end = Math.min(stretch.to ?? to, to) as Instant;
  const { badSince } = stretch;
  const counted = badSince === null ? [] : windows.filter((window) => countsFor(window, badSince));
  return {
    stretch,
    lengthMs: Math.max(0, end - begin),
    maintenanceMs: begin < end ? coveredMs(counted, begin, end) : 0,
  };
};

const sumOf = (parts: readonly Part[], amount: (part: Part) => number): PresenceTimes =>
  parts.reduce<PresenceTimes>(
    (times, part) => ({ ...times, [part.stretch.presence]: times[part.stretch.presence] + amount(part) }),
    NONE,
  );

/**
 * How long the vote was present, degraded, absent or unknown in a period, and the outages in it.
 *
 * Unknown never counts as present: not the time before the first change, nor the time after the evidence ran out. The
 * times of a period that is split add up to those of the whole.
 */
export const availability = ({ period, changes, evidenceUntil, windows }: AvailabilityQuestion): Availability => {
  const parts = stretchesOf(changes, evidenceUntil).map((stretch) => partOf(stretch, period, windows));
  return {
    times: sumOf(parts, (part) => part.lengthMs),
    inMaintenance: sumOf(parts, (part) => part.maintenanceMs),
    incidents: toIncidents(parts, period),
  };
};
