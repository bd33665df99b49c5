import type { State } from '../core/quorum/vote-state.ts';
import { SECOND_MS, type Instant } from '../core/time.ts';
import type { VoteStateRow } from '../votes/vote.entity.ts';

/** The watch needs a moment to judge anew when a view has just gone stale. */
const JUDGING_MS = 5 * SECOND_MS;

/** The state on record, or unknown where the views that it rests on have stopped counting since (invariant 21). */
export const stateNow = (vote: Pick<VoteStateRow, 'state' | 'freshUntil'> | null, now: Instant): State =>
  vote !== null && vote.freshUntil !== null && vote.freshUntil >= now - JUDGING_MS ? vote.state : 'unknown';
