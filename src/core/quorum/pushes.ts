import { SECOND_MS } from '../time.ts';
import { presenceOf, type Presence } from './presence.ts';
import { ageMs, isFresh, type NodeView, type VoteEvidence } from './views.ts';
import { voteInfo, type VoteFinding } from './vote-finding.ts';
import type { State, VoteState } from './vote-state.ts';

/** From best to worst. Whoever has the one secret of a node may take a cluster down this list, and never up. */
const BADNESS: Readonly<Record<State, number>> = { ok: 0, 'at-risk': 1, unknown: 2, lost: 3 };
const ABSENCE: Readonly<Record<Presence, number>> = { present: 0, degraded: 1, unknown: 2, absent: 2 };

/** Beyond this a person should know; nothing is decided by a node's clock. As for certificates (`core/gates/host-gates.ts`). */
const MOST_SKEW_MS = 30 * SECOND_MS;

const isPush = ({ source }: NodeView): boolean => source === 'push';

const isWorse = (a: VoteState, b: VoteState): boolean =>
  a.state === b.state ? ABSENCE[presenceOf(a)] > ABSENCE[presenceOf(b)] : BADNESS[a.state] > BADNESS[b.state];

/**
 * The state without the pushes, unless with them it is worse. A push is what a node says of itself over a connection that it
 * began: good news of it has to be seen by a look of ours first, bad news counts at once. Hence no push, and no number of
 * them, makes a better state than the same evidence has without it.
 * @param judge the state as all given views together show it
 */
export const loweredByPushes = (judge: (evidence: VoteEvidence) => VoteState, evidence: VoteEvidence): VoteState => {
  const pushes = evidence.nodes.filter(isPush);
  if (pushes.length === 0) return judge(evidence);
  const looked = judge({ ...evidence, nodes: evidence.nodes.filter((view) => !isPush(view)) });
  const reported = judge(evidence);
  const told = isWorse(reported, looked) ? reported : looked;
  const alsoSaid = reported.state === told.state ? reported.findings.filter((finding) => !says(told, finding)) : [];
  const findings = [...told.findings, ...alsoSaid, ...agentFindings(pushes, evidence)];
  return { ...told, findings, sources: reported.sources };
};

const says = ({ findings }: VoteState, { code, subject }: VoteFinding): boolean =>
  findings.some((finding) => finding.code === code && finding.subject === subject);

/** What the newest push of each registered node tells of the agent that brought it. */
const agentFindings = (pushes: readonly NodeView[], { inventory, at, limits }: VoteEvidence): VoteFinding[] =>
  inventory.nodes.flatMap(({ address }) => {
    const last = pushes.filter((view) => view.address === address).toSorted((a, b) => b.at - a.at)[0];
    if (!last) return [];
    if (!isFresh(last, at, limits.nodeFreshMs)) return [silent(address, ageMs(last, at))];
    const offsetMs = last.clockOffsetMs ?? 0;
    return Math.abs(offsetMs) > MOST_SKEW_MS ? [clockDiffers(address, offsetMs)] : [];
  });

const silent = (address: string, forMs: number): VoteFinding =>
  voteInfo(
    'agent_silent',
    address,
    `The agent on ${address} has not reported for ${Math.round(forMs / SECOND_MS)} s, so a change there is seen by the next look only. See "journalctl -u umpire-agent" on it.`,
    { ageMs: forMs },
  );

const clockDiffers = (address: string, offsetMs: number): VoteFinding => {
  const seconds = Math.round(offsetMs / SECOND_MS);
  return voteInfo(
    'node_clock_differs',
    address,
    `The clock of ${address} is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} ours. The vote is judged by our own; have it kept by NTP, or no certificate will be issued there.`,
    { seconds },
  );
};
