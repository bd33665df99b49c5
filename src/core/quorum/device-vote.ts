import type { NodeId } from '../names.ts';
import type { TieBreaker } from '../corosync/tools/qnetd-tool.ts';
import type { Device } from './arithmetic.ts';

/** A sentence for a person, and where the rule it tells is written. */
export interface Reason {
  readonly text: string;
  readonly source: string;
}

/** Nodes that see each other. */
export type Partition = readonly NodeId[];

/** Which nodes qnetd answers with ACK: they, and only they, may count the device's votes. */
export interface Grant {
  readonly holders: readonly NodeId[];
  readonly reason: Reason;
}

/** What qnetd sees once every membership is settled: each node that is up is connected, heuristics are off. */
export interface Ballot {
  readonly device: Device;
  /** `nodelist` of corosync.conf, whether up or not. */
  readonly configured: readonly NodeId[];
  readonly partitions: readonly Partition[];
  readonly tieBreaker: TieBreaker;
  /** The nodes that last had the vote, or null where that is not known: then keepActivePartitionTieBreaker decides nothing. */
  readonly activePartition: Partition | null;
}

const FFSPLIT = 'corosync-qdevice qnetd-algo-ffsplit.c:qnetd_algo_ffsplit_partition_cmp';
const LMS = 'corosync-qdevice qnetd-algo-lms.c:do_lms_algorithm';

/** `nodes 1 and 2`, `node 3` */
export const nodesInWords = (nodes: readonly NodeId[]): string => {
  const last = nodes.at(-1);
  if (last === undefined) return 'no node';
  return nodes.length === 1 ? `node ${last}` : `nodes ${nodes.slice(0, -1).join(', ')} and ${last}`;
};

const is = (nodes: readonly NodeId[]): string => (nodes.length === 1 ? 'is' : 'are');

const grant = (holders: readonly NodeId[], text: string, source: string): Grant => ({
  holders,
  reason: { text, source },
});

const preferredNode = (tieBreaker: TieBreaker, among: readonly NodeId[]): NodeId | undefined => {
  if (tieBreaker !== 'lowest' && tieBreaker !== 'highest') return tieBreaker;
  const ascending = among.toSorted((a, b) => a - b);
  return tieBreaker === 'lowest' ? ascending[0] : ascending.at(-1);
};

const tieBreakerInWords = (tieBreaker: TieBreaker): string =>
  typeof tieBreaker === 'number' ? `node ${tieBreaker}` : `the ${tieBreaker} node id`;

/**
 * Two halves of exactly the same size. keepActivePartitionTieBreaker comes first: the half that had the vote keeps it,
 * when only one of them has a node that had it. Then the tie-breaker, taken from the CONFIGURED nodes.
 */
const ffsplitBetweenHalves = (halves: readonly Partition[], ballot: Ballot): Grant => {
  const hadTheVote = halves.filter((half) => half.some((id) => ballot.activePartition?.includes(id)));
  const [active] = hadTheVote;
  if (active && hadTheVote.length === 1) {
    return grant(
      active,
      `ffsplit: the halves are equal, and ${nodesInWords(active)} had the vote before (keepActivePartitionTieBreaker), so that half keeps it.`,
      FFSPLIT,
    );
  }
  const preferred = preferredNode(ballot.tieBreaker, ballot.configured);
  const winner = halves.find((half) => half.some((id) => id === preferred)) ?? [];
  return grant(
    winner,
    `ffsplit: the halves are equal, so the tie-breaker (${tieBreakerInWords(ballot.tieBreaker)}) gives the vote to ${nodesInWords(winner)}.`,
    FFSPLIT,
  );
};

/** ffsplit never votes for less than half of the configured nodes, so with one vote no two partitions can be quorate. */
const ffsplit = (ballot: Ballot): Grant => {
  const halves = ballot.partitions.filter((partition) => 2 * partition.length >= ballot.configured.length);
  const [only] = halves;
  if (only === undefined) {
    return grant([], 'ffsplit: no partition has half of the configured nodes, so nobody gets the vote.', FFSPLIT);
  }
  if (halves.length > 1) return ffsplitBetweenHalves(halves, ballot);
  const half = 2 * only.length === ballot.configured.length ? 'half' : 'more than half';
  return grant(
    only,
    `ffsplit: ${nodesInWords(only)} ${is(only)} ${half} of the ${ballot.configured.length} configured nodes and no other partition is as large, so the vote goes there.`,
    FFSPLIT,
  );
};

/**
 * lms between equally large partitions. Unlike ffsplit it takes the lowest or highest id among the CONNECTED nodes, even
 * of a smaller partition. And a tie-breaker given as a node id is compared with the asking client itself
 * (`client->tie_breaker.node_id == client->node_id`), so that only this one node gets ACK, not its neighbours.
 */
const lmsBetweenEquals = (ballot: Ballot): Grant => {
  const connected = ballot.partitions.flat();
  const preferred = preferredNode(ballot.tieBreaker, connected);
  const partition = ballot.partitions.find((candidate) => candidate.some((id) => id === preferred)) ?? [];
  const holders = typeof ballot.tieBreaker === 'number' ? partition.filter((id) => id === preferred) : partition;
  return grant(
    holders,
    `lms: the largest partitions are equal, so the tie-breaker (${tieBreakerInWords(ballot.tieBreaker)}) gives the votes to ${nodesInWords(holders)}.`,
    LMS,
  );
};

const lms = (ballot: Ballot): Grant => {
  const largest = Math.max(...ballot.partitions.map((partition) => partition.length));
  const leaders = ballot.partitions.filter((partition) => partition.length === largest);
  const [leader] = leaders;
  if (leader === undefined) return grant([], 'lms: no node is connected, so nobody gets the votes.', LMS);
  if (leaders.length > 1) return lmsBetweenEquals(ballot);
  const which = ballot.partitions.length === 1 ? 'the only partition' : 'the largest partition';
  return grant(leader, `lms: ${nodesInWords(leader)} ${is(leader)} ${which}, which gets the votes.`, LMS);
};

/** Who gets the device's votes, and why. Steady state: a client that has just connected may wait longer under lms. */
export const deviceVote = (ballot: Ballot): Grant =>
  ballot.device.algorithm === 'ffsplit' ? ffsplit(ballot) : lms(ballot);
