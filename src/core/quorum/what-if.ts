import { error, fail, succeed, type Finding, type Result } from '../finding.ts';
import type { NodeId } from '../names.ts';
import type { TieBreaker } from '../corosync/tools/qnetd-tool.ts';
import { expectedVotesOf, quorumNeeded, type ArbiterPresence, type Device, type Shape } from './arithmetic.ts';
import { deviceVote, nodesInWords, type Grant, type Partition, type Reason } from './device-vote.ts';

export interface WhatIfQuestion {
  /** Every configured node. */
  readonly nodes: readonly NodeId[];
  readonly device: Device | null;
  readonly tieBreaker: TieBreaker;
  readonly down: readonly NodeId[];
  /** `down`: no node reaches qnetd. */
  readonly arbiter: ArbiterPresence;
  /** How the nodes that are up see each other; all together when left out. */
  readonly partitions?: readonly Partition[];
  /** The nodes that last had the vote, for keepActivePartitionTieBreaker; not known when left out. */
  readonly activePartition?: Partition;
  readonly twoNode?: boolean;
}

export interface NodeOutcome {
  readonly nodeId: NodeId;
  /** The nodes it sees, itself included. */
  readonly partition: Partition;
  /** Votes it counts: its partition's, and the device's when qnetd grants them to it. */
  readonly votes: number;
  readonly quorate: boolean;
}

export interface WhatIf {
  readonly expectedVotes: number;
  readonly quorum: number;
  /** The nodes that stay quorate, ascending. */
  readonly quorate: readonly NodeId[];
  /** One for each node that is up, ascending. */
  readonly outcomes: readonly NodeOutcome[];
  /** The reasoning in words, first to last, each with the source of its rule. */
  readonly reasons: readonly Reason[];
}

/** The codes a refused question can carry. */
export type WhatIfCode = 'what_if_unknown_node' | 'what_if_bad_partitions' | 'what_if_unknown_tie_breaker';

const VOTEQUORUM = 'corosync exec/votequorum.c:calculate_quorum';

const ascending = (nodes: readonly NodeId[]): NodeId[] => nodes.toSorted((a, b) => a - b);

const unknownNodes = (question: WhatIfQuestion): Finding[] => {
  const mentioned = [...question.down, ...(question.partitions ?? []).flat(), ...(question.activePartition ?? [])];
  const unknown = [...new Set(mentioned)].filter((id) => !question.nodes.includes(id));
  return unknown.length === 0
    ? []
    : [
        error(
          'what_if_unknown_node' satisfies WhatIfCode,
          'down',
          `This cluster has no ${nodesInWords(ascending(unknown))}; its nodes are ${ascending(question.nodes).join(', ')}.`,
          { unknown },
        ),
      ];
};

const badPartitions = (question: WhatIfQuestion): Finding[] => {
  const up = question.nodes.filter((id) => !question.down.includes(id));
  const placed = question.partitions?.flat() ?? up;
  const eachOnce = placed.length === up.length && up.every((id) => placed.includes(id));
  return eachOnce && !question.partitions?.some((partition) => partition.length === 0)
    ? []
    : [
        error(
          'what_if_bad_partitions' satisfies WhatIfCode,
          'partitions',
          'Each node that is up stands in exactly one partition, and no partition is empty.',
          { up },
        ),
      ];
};

/** qnetd does not refuse such a tie-breaker; the outcome then hangs on the order of its clients, which nobody can plan on. */
const unknownTieBreaker = ({ tieBreaker, nodes }: WhatIfQuestion): Finding[] =>
  typeof tieBreaker !== 'number' || nodes.includes(tieBreaker)
    ? []
    : [
        error(
          'what_if_unknown_tie_breaker' satisfies WhatIfCode,
          'tieBreaker',
          `The tie-breaker is node ${tieBreaker}, which this cluster does not have. Name one of its nodes, or "lowest" or "highest".`,
          { tieBreaker },
        ),
      ];

const grantIn = (question: WhatIfQuestion, partitions: readonly Partition[]): Grant => {
  const { device, arbiter, nodes, tieBreaker, activePartition = null } = question;
  if (device === null) {
    return { holders: [], reason: { text: 'There is no device: only the nodes vote.', source: 'votequorum(5)' } };
  }
  if (arbiter === 'down') {
    return {
      holders: [],
      reason: {
        text: 'The arbiter is away, so no node counts the votes of the device.',
        source: `corosync-qdevice qdevice-net-algo-${device.algorithm}.c:qdevice_net_algo_${device.algorithm}_disconnected`,
      },
    };
  }
  return deviceVote({ device, configured: nodes, partitions, tieBreaker, activePartition });
};

const outcomeOf = (nodeId: NodeId, partition: Partition, deviceVotes: number, quorum: number): NodeOutcome => {
  const votes = partition.length + deviceVotes;
  return { nodeId, partition: ascending(partition), votes, quorate: votes >= quorum };
};

const countInWords = ({ nodeId, partition, votes, quorate }: NodeOutcome, quorum: number): Reason => ({
  text: `Node ${nodeId} sees ${nodesInWords(partition)} and counts ${votes} of the ${quorum} votes it needs: ${quorate ? 'quorate' : 'not quorate'}.`,
  source: VOTEQUORUM,
});

const barInWords = (shape: Shape, quorum: number): Reason => ({
  text:
    quorum === 1 && shape.nodeCount === 2
      ? 'two_node is set: 1 vote is enough, so after a cut both halves go on and only fencing decides between them.'
      : `${expectedVotesOf(shape)} votes are expected, so ${quorum} make quorum.`,
  source: VOTEQUORUM,
});

/** More than one quorate partition: the words that must not be missing. */
const splitBrain = (quorate: readonly NodeOutcome[]): Reason[] =>
  new Set(quorate.map((outcome) => outcome.partition.join(','))).size > 1
    ? [{ text: 'More than one partition is quorate: without fencing this is a split brain.', source: 'votequorum(5)' }]
    : [];

/**
 * Who stays quorate when some nodes are down, the arbiter is away, or the nodes are cut from each other.
 *
 * Pure arithmetic for the settled state: memberships and votes have come to rest, the cluster was complete and quorate
 * before, every node that is up reaches qnetd unless `arbiter` is `down`, heuristics are off and lms runs without
 * `wait_for_all`. A node counts the device's votes only when its OWN qdevice casts them
 * (`NODE_FLAGS_QDEVICE_CAST_VOTE` of `us`, corosync `exec/votequorum.c`).
 *
 * Refused with `what_if_…` errors when the question names nodes the cluster does not have.
 */
export const whatIf = (question: WhatIfQuestion): Result<WhatIf> => {
  const problems = [...unknownNodes(question), ...badPartitions(question), ...unknownTieBreaker(question)];
  if (problems.length > 0) return fail(...problems);

  const shape: Shape = {
    nodeCount: question.nodes.length,
    device: question.device,
    twoNode: question.twoNode ?? false,
  };
  const quorum = quorumNeeded(shape);
  const up = ascending(question.nodes.filter((id) => !question.down.includes(id)));
  const partitions = question.partitions ?? (up.length > 0 ? [up] : []);
  const { holders, reason } = grantIn(question, partitions.map(ascending));
  const outcomes = up.map((id) => {
    const partition = partitions.find((candidate) => candidate.includes(id)) ?? [id];
    return outcomeOf(id, partition, holders.includes(id) ? (question.device?.votes ?? 0) : 0, quorum);
  });
  const quorate = outcomes.filter((outcome) => outcome.quorate);
  const counts = outcomes.map((outcome) => countInWords(outcome, quorum));
  return succeed({
    expectedVotes: expectedVotesOf(shape),
    quorum,
    quorate: quorate.map((outcome) => outcome.nodeId),
    outcomes,
    reasons: [barInWords(shape, quorum), reason, ...counts, ...splitBrain(quorate)],
  });
};
