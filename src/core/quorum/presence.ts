import type { State, VoteState } from './vote-state.ts';

/**
 * Whether the external vote was there, for availability over time. `present`: all is well. `degraded`: the vote stands, but
 * something else of a healthy cluster is missing. `absent`: the vote does not stand, or no partition is quorate.
 * `unknown`: no fresh evidence; it never counts as present.
 */
export type Presence = 'present' | 'degraded' | 'absent' | 'unknown';

/** What the state and its figures say of the vote. Where one side denies the vote, it is absent: present needs proof. */
export const presenceOf = ({ state, votes, arbiter }: Pick<VoteState, 'state' | 'votes' | 'arbiter'>): Presence => {
  const nodesCountIt = (votes.qdevice ?? 0) > 0;
  const arbiterDeniesIt = arbiter.vote !== 'ack' && arbiter.vote !== 'unknown';
  const whenAtRisk = nodesCountIt && !arbiterDeniesIt ? 'degraded' : 'absent';
  const presences: Readonly<Record<State, Presence>> = {
    ok: 'present',
    'at-risk': whenAtRisk,
    lost: 'absent',
    unknown: 'unknown',
  };
  return presences[state];
};
