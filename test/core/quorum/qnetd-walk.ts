import type { TieBreaker } from '../../../src/core/corosync/tools/qnetd-tool.ts';
import type { NodeId } from '../../../src/core/names.ts';
import type { Ballot, Partition } from '../../../src/core/quorum/device-vote.ts';

/**
 * qnetd's own way to its decision, client by client, as its source describes it: the oracle for the declarative rules.
 * Clients are walked in the order of their node ids, as qnetd lists them since corosync-qdevice 3.0.2.
 */
interface Client {
  readonly nodeId: NodeId;
  readonly membership: Partition;
}

const clientsOf = ({ partitions }: Ballot): Client[] =>
  partitions
    .flatMap((membership) => membership.map((nodeId) => ({ nodeId, membership })))
    .toSorted((a, b) => a.nodeId - b.nodeId);

const isPreferred = (client: Client, { configured, tieBreaker }: Ballot): boolean => {
  let preferred = configured[0];
  for (const id of configured) {
    if (preferred === undefined) break;
    if (tieBreaker === 'lowest' && id < preferred) preferred = id;
    if (tieBreaker === 'highest' && id > preferred) preferred = id;
  }
  if (typeof tieBreaker === 'number') preferred = tieBreaker;
  return client.membership.some((id) => id === preferred);
};

/** `qnetd_algo_ffsplit_partition_cmp`: is the challenger's partition better than the best so far? */
const beats = (challenger: Client, best: Client | null, ballot: Ballot): boolean => {
  const half = ballot.configured.length / 2;
  const size = challenger.membership.length;
  if (ballot.configured.length % 2 !== 0) return size > Math.floor(half);
  if (size > half) return true;
  if (size < half) return false;
  const bestSize = best === null ? 0 : best.membership.length;
  if (size !== bestSize) return size > bestSize;
  if (best !== null && ballot.activePartition !== null) {
    const challengerWasIn = ballot.activePartition.includes(challenger.nodeId);
    const bestWasIn = ballot.activePartition.includes(best.nodeId);
    if (challengerWasIn !== bestWasIn) return challengerWasIn;
  }
  return isPreferred(challenger, ballot);
};

const walkFfsplit = (ballot: Ballot): NodeId[] => {
  let best: Client | null = null;
  const clients = clientsOf(ballot);
  for (const client of clients) {
    if (beats(client, best, ballot)) best = client;
  }
  const winners: Partition = best?.membership ?? [];
  return clients.filter((client) => winners.includes(client.nodeId)).map((client) => client.nodeId);
};

const tieBreakerPartition = (tieBreaker: TieBreaker, self: Client, clients: readonly Client[]): Partition | null => {
  if (typeof tieBreaker === 'number') return self.nodeId === tieBreaker ? self.membership : null;
  let found: Client | null = null;
  for (const other of clients) {
    if (found === null || (tieBreaker === 'lowest' ? other.nodeId < found.nodeId : other.nodeId > found.nodeId)) {
      found = other;
    }
  }
  return found === null ? null : found.membership;
};

/** `do_lms_algorithm`, run for one client. */
const lmsAcks = (self: Client, ballot: Ballot): boolean => {
  const clients = clientsOf(ballot);
  if (ballot.partitions.length === 1) return true;
  let best: Partition = [];
  for (const partition of ballot.partitions) if (partition.length > best.length) best = partition;
  const rivals = ballot.partitions.filter((partition) => partition !== best && partition.length === best.length);
  if (rivals.length === 0) return best === self.membership;
  return tieBreakerPartition(ballot.tieBreaker, self, clients) === self.membership;
};

/** The nodes that a real qnetd would answer with ACK. */
export const walkQnetd = (ballot: Ballot): NodeId[] =>
  ballot.device.algorithm === 'ffsplit'
    ? walkFfsplit(ballot)
    : clientsOf(ballot)
        .filter((client) => lmsAcks(client, ballot))
        .map((client) => client.nodeId);
