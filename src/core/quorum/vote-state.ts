import type { NodeId } from '../names.ts';
import type { Instant } from '../time.ts';
import {
  configuredNodesAreOurs,
  configVersionsAgree,
  membersAreOurs,
  membershipsAgree,
  onePartitionIsQuorate,
  parityFitsTheDevice,
  ringIdsAgree,
} from './agreement-rules.ts';
import {
  arbiterRunsTheAlgorithm,
  clientComesFromItsNode,
  clientHasAck,
  clientIsVerified,
  hasNoStrangers,
  hasOneClient,
  isListedOnce,
  nameIsUnique,
  strangersAreVerified,
  viewsAgreeOnTheVote,
} from './arbiter-rules.ts';
import { valueOf, weigh, type NodeEvidence, type World } from './evidence.ts';
import {
  castsTheVote,
  deviceIsAsExpected,
  deviceIsConnected,
  deviceUsesTls,
  hasNoIncompatibleOption,
  hasTheQuorumOfItsShape,
  isOnline,
  isSettled,
  sharesTheQuorum,
} from './node-rules.ts';
import { effectiveVote, opinionOf } from './opinion.ts';
import { loweredByPushes } from './pushes.ts';
import {
  deviceVoteOf,
  hasADevice,
  hasNoUnexpectedDevice,
  lossesSurvived,
  survivesOneMoreFailure,
  type DeviceVoteOfNode,
  type LossesSurvived,
} from './risk-rules.ts';
import { ownCluster, type ClusterRule, type NodeRule } from './rule.ts';
import { arbiterIsSeen, arbiterRequiresTls, deviceDaemonIsSeen, nodeIsSeen } from './sight-rules.ts';
import { isProvenQuorate, verdictOf } from './verdict.ts';
import { ageMs, isFresh, type VoteEvidence } from './views.ts';
import type { VoteFinding } from './vote-finding.ts';

export type State = 'ok' | 'at-risk' | 'lost' | 'unknown';

export type ArbiterVote = 'ack' | 'nack' | 'ask-later' | 'wait-for-reply' | 'none' | 'unknown';

/** Figures as the reference node prints them; null without a fresh node view. */
export interface Votes {
  readonly expected: number | null;
  readonly total: number | null;
  readonly quorum: number | null;
  /** What the device adds to the total now. */
  readonly qdevice: number | null;
}

export interface NodeState {
  readonly nodeId: NodeId | null;
  readonly name: string;
  /** Member of the partition the figures are taken from; null where no fresh view tells. */
  readonly online: boolean | null;
  readonly qdevice: DeviceVoteOfNode;
}

export interface SourceState {
  readonly source: 'arbiter' | 'node' | 'push';
  readonly at: Instant;
  readonly ageMs: number;
  readonly fresh: boolean;
}

/** `GET /v1/clusters/{id}/vote` without `since`, which only history knows. */
export interface VoteState {
  readonly state: State;
  readonly findings: readonly VoteFinding[];
  readonly votes: Votes;
  /** Ordered by node id, then address. */
  readonly nodes: readonly NodeState[];
  readonly arbiter: { readonly vote: ArbiterVote };
  readonly lossesSurvived: LossesSurvived;
  readonly sources: readonly SourceState[];
}

/** What is true of a healthy cluster, most telling first. */
const clusterRules: readonly ClusterRule[] = [
  isProvenQuorate,
  onePartitionIsQuorate,
  survivesOneMoreFailure,
  hasADevice,
  hasNoUnexpectedDevice,
  arbiterIsSeen,
  arbiterRequiresTls,
  isListedOnce,
  nameIsUnique,
  arbiterRunsTheAlgorithm,
  hasNoStrangers,
  strangersAreVerified,
  membersAreOurs,
  membershipsAgree,
  ringIdsAgree,
  configuredNodesAreOurs,
  parityFitsTheDevice,
  configVersionsAgree,
];

/** What is true of each node of a healthy cluster. */
const nodeRules: readonly NodeRule[] = [
  nodeIsSeen,
  isSettled,
  isOnline,
  sharesTheQuorum,
  hasTheQuorumOfItsShape,
  hasNoIncompatibleOption,
  castsTheVote,
  deviceDaemonIsSeen,
  deviceIsConnected,
  deviceUsesTls,
  deviceIsAsExpected,
  hasOneClient,
  clientIsVerified,
  clientComesFromItsNode,
  clientHasAck,
  viewsAgreeOnTheVote,
];

const findingsIn = (world: World): readonly VoteFinding[] =>
  [
    ...clusterRules.map((rule) => rule(world)),
    ...world.nodes.flatMap((node) => nodeRules.map((rule) => rule(world, node))),
  ].filter((finding) => finding !== null);

/**
 * A quorate cluster is `ok` only when every rule holds, and `at-risk` otherwise: also when one more failure would still
 * be survived, because "all is well" has then been refuted or not been seen (invariant 21: unknown never counts as ok).
 */
const stateOf = (world: World, findings: readonly VoteFinding[]): State => {
  const verdict = verdictOf(world);
  if (verdict === 'lost') return 'lost';
  if (verdict === 'unproven') return 'unknown';
  return findings.every((finding) => finding.severity === 'info') ? 'ok' : 'at-risk';
};

const votesIn = ({ reference }: World): Votes => ({
  expected: reference?.expectedVotes ?? null,
  total: reference?.totalVotes ?? null,
  quorum: reference?.quorum ?? null,
  qdevice: reference && (reference.device?.votes ?? 0),
});

/** Beside a quorate partition, who is not in it is offline. Without one, only who is seen running is known to be up. */
const isOnlineNow = ({ reference }: World, node: NodeEvidence): boolean | null => {
  if (node.quorum.kind === 'down') return false;
  if (reference === null || node.nodeId === null) return null;
  if (reference.members.some((member) => member.nodeId === node.nodeId)) return true;
  if (opinionOf(reference) === 'quorate') return false;
  return valueOf(node.quorum) ? true : null;
};

/** One word for all clients: a cluster that is split has `ack`, because one of its partitions has it. */
const arbiterVoteIn = (world: World): ArbiterVote => {
  if (valueOf(world.clusters) === null) return 'unknown';
  const clients = ownCluster(world)?.clients ?? [];
  const effective = clients.map(effectiveVote);
  if (effective.includes('ack')) return 'ack';
  if (clients.some((client) => client.vote?.sent === 'waitForReply')) return 'wait-for-reply';
  if (clients.some((client) => client.vote?.sent === 'askLater')) return 'ask-later';
  return effective.includes('nack') ? 'nack' : 'none';
};

/** Only views that brought a reading: a failed attempt is a finding, not a source. */
const sourcesOf = ({ arbiter, nodes, at, limits }: VoteEvidence): readonly SourceState[] => {
  const source = (name: SourceState['source'], view: { readonly at: Instant }, limitMs: number): SourceState => ({
    source: name,
    at: view.at,
    ageMs: ageMs(view, at),
    fresh: isFresh(view, at, limitMs),
  });
  const readings = nodes
    .filter((view) => 'quorum' in view)
    .toSorted((a, b) => (a.address === b.address ? b.at - a.at : a.address < b.address ? -1 : 1));
  return [
    ...(arbiter === null ? [] : [source('arbiter', arbiter, limits.arbiterFreshMs)]),
    ...readings.map((view) => source(view.source ?? 'node', view, limits.nodeFreshMs)),
  ];
};

/** The state as all these views together show it, whoever brought them. */
const judge = (evidence: VoteEvidence): VoteState => {
  const world = weigh(evidence);
  const findings = findingsIn(world);
  return {
    state: stateOf(world, findings),
    findings,
    votes: votesIn(world),
    nodes: world.nodes.map((node) => ({
      nodeId: node.nodeId,
      name: node.name,
      online: isOnlineNow(world, node),
      qdevice: deviceVoteOf(world, node),
    })),
    arbiter: { vote: arbiterVoteIn(world) },
    lossesSurvived: lossesSurvived(world),
    sources: sourcesOf(evidence),
  };
};

/**
 * The state of a cluster's vote, from what its arbiter and its nodes said and when.
 *
 * `ok`: quorate, every node online, the device's vote cast on each, every node's own view and the arbiter's view fresh
 * and agreeing. `at-risk`: a fresh view of a node proves the cluster quorate, but something of that is missing.
 * `lost`: fresh views prove that no partition is quorate. `unknown`: neither is proven.
 * A cluster without a device is judged by the same rules without those on the device, and is never `ok` (`no_device`).
 * What nodes push by themselves can lower it, never raise it.
 *
 * One look decides; around a change of membership nodes contradict each other for some seconds, so whoever raises an
 * alarm should wait for a second look.
 */
export const voteState = (evidence: VoteEvidence): VoteState => loweredByPushes(judge, evidence);
