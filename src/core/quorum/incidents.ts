import type { Instant, Period } from '../time.ts';
import type { Part } from './availability.ts';
import type { Presence } from './presence.ts';
import type { State } from './vote-state.ts';

/** An unbroken time in which the vote was not present. */
export interface Incident {
  /** When it began, even where that is before the period. */
  readonly from: Instant;
  /** When it was over; null when it was not within the period. */
  readonly to: Instant | null;
  /** The worst of it, and the state at that time. */
  readonly presence: Exclude<Presence, 'present'>;
  readonly state: State;
  /** The change that brought the worst; null when only the evidence ran out. */
  readonly changeId: string | null;
  /** Its length within the period, in milliseconds. */
  readonly lengthMs: number;
  readonly maintenanceMs: number;
  /** All of it, within the period, lies in maintenance that was planned before it began. */
  readonly inMaintenance: boolean;
}

/** The better ones first; where two are equal, the earlier one tells. */
const WORSE: readonly Presence[] = ['present', 'degraded', 'unknown', 'absent'];
const STATES: readonly State[] = ['ok', 'at-risk', 'unknown', 'lost'];

const rank = ({ stretch }: Part): number =>
  WORSE.indexOf(stretch.presence) * STATES.length + STATES.indexOf(stretch.state);

const incidentOf = (parts: readonly [Part, ...Part[]], { to }: Period): Incident | null => {
  const [{ stretch: first }] = parts;
  const [touching, ...others] = parts.filter((part) => part.lengthMs > 0);
  if (!touching || first.from === null) return null;
  const { presence, state, changeId } = others.reduce(
    (worst, part) => (rank(part) > rank(worst) ? part : worst),
    touching,
  ).stretch;
  if (presence === 'present') return null;
  const end = parts.at(-1)?.stretch.to ?? null;
  const sum = (amount: (part: Part) => number) => parts.reduce((total, part) => total + amount(part), 0);
  const lengthMs = sum((part) => part.lengthMs);
  const maintenanceMs = sum((part) => part.maintenanceMs);
  return {
    from: first.from,
    to: end === null || end > to ? null : end,
    ...{ presence, state, changeId, lengthMs, maintenanceMs },
    inMaintenance: maintenanceMs === lengthMs,
  };
};

const isOutage = ({ stretch }: Part): boolean => stretch.badSince !== null;

/** Puts what hangs together into outages. Only what lies in the period tells of the worst, so that a period speaks for itself. */
export const toIncidents = (parts: readonly Part[], period: Period): Incident[] => {
  const groups: [Part, ...Part[]][] = [];
  parts.forEach((part, index) => {
    if (!isOutage(part)) return;
    const before = parts[index - 1];
    const group = before && isOutage(before) ? groups.at(-1) : undefined;
    if (group) group.push(part);
    else groups.push([part]);
  });
  return groups.map((group) => incidentOf(group, period)).filter((incident) => incident !== null);
};
