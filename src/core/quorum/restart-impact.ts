import { error, info, warning, type Finding } from '../finding.ts';
import type { State, Votes } from './vote-state.ts';
import type { VoteFindingCode } from './vote-finding.ts';

/** What would become of a cluster if its qnetd stopped now. `lost`: it has no quorum to lose. */
export type Impact = 'stays-quorate' | 'would-lose' | 'not-known' | 'lost';

/** How a cluster stands, by fresh views only. */
export interface ClusterStanding {
  readonly name: string;
  readonly state: State;
  /** Null where the state alone decides, or nobody knows. */
  readonly votes: Pick<Votes, 'total' | 'quorum' | 'qdevice'> | null;
  /** What the judgement found. */
  readonly codes: readonly string[];
}

export interface RestartImpact {
  readonly impact: Impact;
  readonly reason: Finding;
}

/** The codes that say why. */
export type RestartImpactCode =
  'restart_keeps_quorum' | 'restart_loses_quorum' | 'restart_impact_unknown' | 'quorum_lost_already';

/** With one of these the figures of one node do not speak for the others. */
const ONE_NODE_SPEAKS_FOR_ITSELF: readonly VoteFindingCode[] = [
  'two_quorate_partitions',
  'memberships_differ',
  'ring_ids_differ',
  'quorum_in_transition',
  'quorum_differs',
  'unexpected_member',
];

const notKnown = (name: string, why: string): RestartImpact => ({
  impact: 'not-known',
  reason: warning(
    'restart_impact_unknown' satisfies RestartImpactCode,
    name,
    `It is not known whether this cluster would stay quorate without qnetd: ${why} Take it for one that would not.`,
  ),
});

const KEEPS: RestartImpact['impact'] = 'stays-quorate';

const byVotes = (name: string, total: number, quorum: number, qdevice: number): RestartImpact => {
  const left = total - qdevice;
  const params = { votesWithoutDevice: left, quorum };
  return left >= quorum
    ? {
        impact: KEEPS,
        reason: info(
          'restart_keeps_quorum' satisfies RestartImpactCode,
          name,
          `Its nodes hold ${left} votes themselves, and ${quorum} make quorum.`,
          params,
        ),
      }
    : {
        impact: 'would-lose',
        reason: error(
          'restart_loses_quorum' satisfies RestartImpactCode,
          name,
          `Its nodes hold ${left} votes themselves, and ${quorum} make quorum: it lives on the arbiter's vote. Bring its nodes back first.`,
          params,
        ),
      };
};

/**
 * Whether a cluster would lose quorum if qnetd stopped now: whether the votes that its nodes cast themselves are enough
 * (invariants 4 and 5). A cluster that is `ok` has every node online, and then they always are. For the verdict, whatever
 * is not known counts as lost.
 */
export const restartImpact = ({ name, state, votes, codes }: ClusterStanding): RestartImpact => {
  if (state === 'lost') {
    const text =
      'No partition of it is quorate: there is no quorum left to lose. It may need the arbiter to come back.';
    return { impact: 'lost', reason: info('quorum_lost_already' satisfies RestartImpactCode, name, text) };
  }
  if (state === 'unknown') return notKnown(name, 'there is no fresh evidence of its nodes.');
  if (state === 'ok') {
    const text = 'Every node of it is online, and together they make quorum without the device.';
    return { impact: KEEPS, reason: info('restart_keeps_quorum' satisfies RestartImpactCode, name, text) };
  }
  const doubt = codes.find((code) => (ONE_NODE_SPEAKS_FOR_ITSELF as readonly string[]).includes(code));
  if (doubt !== undefined) return notKnown(name, `its nodes do not agree (${doubt}).`);
  const { total = null, quorum = null, qdevice = null } = votes ?? {};
  if (total === null || quorum === null || qdevice === null) return notKnown(name, 'no node of it tells its votes.');
  return byVotes(name, total, quorum, qdevice);
};

/** Whether qnetd may stop: no cluster would lose quorum, and of each it is known. */
export const isSafe = (impacts: readonly Pick<RestartImpact, 'impact'>[]): boolean =>
  impacts.every(({ impact }) => impact === 'stays-quorate' || impact === 'lost');
