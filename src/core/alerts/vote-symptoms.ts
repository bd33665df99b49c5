import type { Finding } from '../finding.ts';
import type { Presence } from '../quorum/presence.ts';
import type { ArbiterVote, State } from '../quorum/vote-state.ts';
import type { Instant } from '../time.ts';
import type { AlertRuleName } from './rule.ts';
import { strangersIn } from './strangers.ts';
import { bad, verdictFrom, withCodes, type Symptom, type Verdict } from './symptom.ts';

/** The last judgement of a cluster's vote. */
export interface JudgedVote {
  readonly clusterName: string;
  readonly state: State;
  /** Since when it is this state. */
  readonly since: Instant;
  readonly presence: Presence;
  readonly findings: readonly Finding[];
  readonly arbiterVote: ArbiterVote | null;
  readonly lossesWithArbiter: number | null;
  readonly lossesWithoutArbiter: number | null;
  readonly judgedAt: Instant;
}

/** The registration says one thing of the nodes, the cluster another. */
const MEMBERSHIP_CODES = ['unexpected_member', 'configured_nodes_differ', 'parity_flipped', 'node_is_another'];
/** The arbiter's list of clients was not to be had: that it names no stranger says nothing. */
const ARBITER_UNSEEN_CODES = ['arbiter_not_read', 'arbiter_view_stale', 'arbiter_unreadable', 'qnetd_down'];
const FATAL_CODES = ['one_failure_from_loss'];

/** Without qnetd no vote can stand, whatever the nodes said when they were last asked. */
const isVoteAbsent = ({ state, presence, findings }: JudgedVote): boolean =>
  state === 'at-risk' && (presence === 'absent' || withCodes(findings, ['qnetd_down']).length > 0);

const ofAbsence = (vote: JudgedVote): Verdict => {
  if (vote.state === 'lost' || vote.state === 'unknown') return 'unclear';
  return bad(isVoteAbsent(vote));
};

/** Where the vote is missing, its own alert says so, and the next failure is told of when the vote is back. */
const ofNextFailure = (vote: JudgedVote, fatal: readonly Finding[]): Verdict => {
  if (vote.state === 'lost' || vote.state === 'unknown' || isVoteAbsent(vote)) return 'unclear';
  return bad(fatal.length > 0);
};

/** A cluster at risk that is lost, or that nobody sees any more, is no better for it. */
const ofRisk = ({ state }: JudgedVote): Verdict => (state === 'ok' ? 'fine' : state === 'at-risk' ? 'bad' : 'unclear');

const ofLoss = ({ state }: JudgedVote): Verdict => (state === 'unknown' ? 'unclear' : bad(state === 'lost'));

const survives = ({ lossesWithArbiter, lossesWithoutArbiter }: JudgedVote): string =>
  lossesWithArbiter === null
    ? 'How many more losses it survives is not known.'
    : `It survives the loss of ${lossesWithArbiter} more with the arbiter, ${lossesWithoutArbiter ?? 'an unknown number'} without.`;

/** What the judgement of a cluster's vote says of each rule on votes. */
export const voteSymptoms = (vote: JudgedVote): readonly Symptom[] => {
  const { clusterName: name, state, since, presence, findings, judgedAt } = vote;
  const details = {
    vote: {
      ...{ state, presence, arbiter: vote.arbiterVote },
      lossesSurvived: { withArbiter: vote.lossesWithArbiter, withoutArbiter: vote.lossesWithoutArbiter },
    },
  };
  const symptom = (
    verdict: Verdict,
    rule: AlertRuleName,
    began: Instant,
    summary: string,
    found: readonly Finding[] = findings,
  ): Symptom => ({ rule, verdict, since: began, summary, findings: found, details });
  const strangers = strangersIn(findings);
  const differing = withCodes(findings, MEMBERSHIP_CODES);
  const fatal = withCodes(findings, FATAL_CODES);
  const arbiterUnseen = state === 'unknown' || withCodes(findings, ARBITER_UNSEEN_CODES).length > 0;
  return [
    symptom(ofLoss(vote), 'vote_lost', since, `Cluster ${name} has lost its quorum.`),
    symptom(
      ofAbsence(vote),
      'vote_absent',
      judgedAt,
      `Cluster ${name} runs without the arbiter’s vote. ${survives(vote)}`,
    ),
    symptom(ofNextFailure(vote, fatal), 'next_failure_fatal', judgedAt, `Cluster ${name}: the next failure stops it.`),
    symptom(ofRisk(vote), 'vote_at_risk', since, `Cluster ${name} is at risk. ${survives(vote)}`),
    symptom(bad(state === 'unknown'), 'vote_unknown', since, `Nobody knows whether cluster ${name} has its vote.`),
    symptom(
      verdictFrom(strangers, arbiterUnseen),
      'imposter',
      judgedAt,
      `Somebody speaks for cluster ${name} at the arbiter who may not.`,
      strangers,
    ),
    symptom(
      verdictFrom(differing, state === 'unknown'),
      'membership_differs',
      judgedAt,
      `The nodes of cluster ${name} are not those that are registered.`,
      differing,
    ),
  ];
};
