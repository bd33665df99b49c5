import { plus, SECOND_MS, type Instant } from '../time.ts';
import type { State } from './vote-state.ts';

/**
 * The watch needs a moment to judge anew when a view has just gone stale (it sweeps each second). For so long the state on
 * record stands; without it, a few clusters would always look unknown for a blink.
 */
export const JUDGING_MS = 5 * SECOND_MS;

/** A state on record whose views stopped counting before this moment is worth nothing any more. */
export const countsSince = (now: Instant): Instant => plus(now, -JUDGING_MS);

/**
 * The state on record, or unknown where the views that it rests on have stopped counting since (invariant 21).
 * @param vote null where the cluster was never judged
 */
export const stateNow = (
  vote: { readonly state: State; readonly freshUntil: Instant | null } | null,
  now: Instant,
): State => (vote !== null && vote.freshUntil !== null && vote.freshUntil >= countsSince(now) ? vote.state : 'unknown');
