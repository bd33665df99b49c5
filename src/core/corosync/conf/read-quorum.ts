import type { Cmap } from './cmap.ts';

/** The `quorum` section but for the device. A flag is on when its number is not 0, as votequorum.c tests it. */
export interface QuorumOptions {
  readonly provider: string | null;
  readonly twoNode: boolean;
  /** null when the file does not say: it then follows `twoNode` (votequorum.c: wait_for_all_autoset). */
  readonly waitForAll: boolean | null;
  readonly autoTieBreaker: boolean;
  readonly lastManStanding: boolean;
  readonly allowDownscale: boolean;
  readonly expectedVotesTracking: boolean;
  /** null when not set, or set to 0, which is the same to votequorum. */
  readonly expectedVotes: number | null;
}

/** @returns the options in force; parsing has already refused a malformed number, so nothing can be wrong here */
export const readQuorumOptions = (cmap: Cmap): QuorumOptions => ({
  provider: cmap.get('quorum.provider')?.text ?? null,
  twoNode: isOn(cmap, 'two_node'),
  waitForAll: numberOf(cmap, 'wait_for_all') === null ? null : isOn(cmap, 'wait_for_all'),
  autoTieBreaker: isOn(cmap, 'auto_tie_breaker'),
  lastManStanding: isOn(cmap, 'last_man_standing'),
  allowDownscale: isOn(cmap, 'allow_downscale'),
  expectedVotesTracking: isOn(cmap, 'expected_votes_tracking'),
  expectedVotes: numberOf(cmap, 'expected_votes') || null,
});

const numberOf = (cmap: Cmap, key: string): number | null => {
  const stored = cmap.get(`quorum.${key}`)?.number ?? null;
  return stored === null ? null : Number(stored);
};

const isOn = (cmap: Cmap, key: string): boolean => (numberOf(cmap, key) ?? 0) !== 0;
