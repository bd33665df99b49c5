import type { Instant } from '../time.ts';
import type { Presence } from './presence.ts';
import type { State } from './vote-state.ts';

/** A transition, as far as time is counted. */
export interface PresenceChange {
  readonly id: string;
  readonly at: Instant;
  readonly presence: Presence;
  readonly state: State;
}

/** A time in which nothing changed. */
export interface Stretch {
  /** Null before the first change: since ever. */
  readonly from: Instant | null;
  /** Exclusive; null when it has not ended. */
  readonly to: Instant | null;
  readonly presence: Presence;
  readonly state: State;
  /** The change that it began with; null before the first one and after the evidence ran out. */
  readonly changeId: string | null;
  /** Since when the vote has been at least that bad without a break; null while it is present, and before the first change. */
  readonly badSince: Instant | null;
}

/** A vote of which nothing is known is as bad as none, so that an outage goes on while nobody looks. */
const BADNESS: Readonly<Record<Presence, number>> = { present: 0, degraded: 1, unknown: 2, absent: 2 };

type Bare = Omit<Stretch, 'badSince'>;

const NOTHING_KNOWN = { presence: 'unknown', state: 'unknown', changeId: null } as const;

/** The evidence of the last change may have run out since; it never did before a later change, which came of a newer view. */
const tailOf = (last: PresenceChange, evidenceUntil: Instant | null): Bare[] => {
  const end = Math.max(last.at, evidenceUntil ?? last.at) as Instant;
  const { at: from, presence, state, id: changeId } = last;
  return presence === 'unknown'
    ? [{ from, to: null, presence, state, changeId }]
    : [
        { from, to: end, presence, state, changeId },
        { from: end, to: null, ...NOTHING_KNOWN },
      ];
};

const bareStretches = (changes: readonly PresenceChange[], evidenceUntil: Instant | null): Bare[] => {
  const [first] = changes;
  const last = changes.at(-1);
  if (!first || !last) return [{ from: null, to: null, ...NOTHING_KNOWN }];
  const between = changes.slice(0, -1).map((change, index): Bare => {
    const { at: from, presence, state, id: changeId } = change;
    return { from, to: changes[index + 1]?.at ?? null, presence, state, changeId };
  });
  return [{ from: null, to: first.at, ...NOTHING_KNOWN }, ...between, ...tailOf(last, evidenceUntil)];
};

/**
 * All of time, cut where something changed; each stretch knows since when it has been at least that bad.
 * @param changes oldest first
 * @param evidenceUntil as in `AvailabilityQuestion`
 */
export const stretchesOf = (changes: readonly PresenceChange[], evidenceUntil: Instant | null): Stretch[] => {
  // Since when each badness has lasted; the time before the first change is no outage.
  const since: (Instant | null)[] = [null, null, null];
  return bareStretches(changes, evidenceUntil).map((bare) => {
    const badness = bare.from === null ? 0 : BADNESS[bare.presence];
    for (const level of [1, 2]) since[level] = badness >= level ? (since[level] ?? bare.from) : null;
    return { ...bare, badSince: badness === 0 ? null : (since[badness] ?? null) };
  });
};
