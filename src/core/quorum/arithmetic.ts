/**
 * The arithmetic of votes, as votequorum does it. Every node has exactly one vote: other weights are refused elsewhere,
 * because ffsplit refuses them too (corosync-qdevice, `qdevice-net-algo-ffsplit.c:check_vqinfo_validity`).
 */
export type DeviceAlgorithm = 'ffsplit' | 'lms';

/** What `quorum.device` of corosync.conf adds to a cluster. */
export interface Device {
  readonly algorithm: DeviceAlgorithm;
  readonly votes: number;
}

/** Whether qnetd can be reached by the nodes. */
export type ArbiterPresence = 'up' | 'down';

/** The figures of a plan: votes with every node up, and how many nodes may then be lost. */
export interface QuorumFigures {
  /** What votequorum expects at most: the nodes' votes and the device's, cast or not. */
  readonly expectedVotes: number;
  /** Votes a partition needs. */
  readonly quorum: number;
  readonly nodeVotes: number;
  /** Votes the device casts now: 0 without a device, and 0 while the arbiter is away. */
  readonly qdeviceVotes: number;
  /** How many nodes may be lost, one after another, while the rest stay together and quorate. */
  readonly nodeLossesSurvived: number;
}

export interface Shape {
  readonly nodeCount: number;
  readonly device: Device | null;
  /** `quorum.two_node` of corosync.conf. It has no meaning beside a device or with another number of nodes. */
  readonly twoNode: boolean;
}

const requireNodeCount = (nodeCount: number): void => {
  if (!Number.isInteger(nodeCount) || nodeCount < 1) throw new RangeError(`not a number of nodes: ${nodeCount}`);
};

/** The majority of the expected votes (corosync, `exec/votequorum.c:calculate_quorum`: `(highest_expected + 2) / 2`). */
export const quorumOf = (expectedVotes: number): number => Math.floor(expectedVotes / 2) + 1;

/**
 * The device that fits a number of nodes, as `pvecm qdevice setup` chooses it: ffsplit with one vote for an even
 * number, lms with N−1 votes for an odd one (`exec/votequorum.c:votequorum_readconfig` sets N−1 when
 * `quorum.device.votes` is unset). One node gets zero votes by the same formula; such a cluster is refused by `adviceFor`.
 *
 * @throws RangeError when `nodeCount` is no whole number of at least 1
 */
export const deviceFor = (nodeCount: number): Device => {
  requireNodeCount(nodeCount);
  return nodeCount % 2 === 0 ? { algorithm: 'ffsplit', votes: 1 } : { algorithm: 'lms', votes: nodeCount - 1 };
};

/** Votes expected at most by a cluster of this shape. */
export const expectedVotesOf = ({ nodeCount, device }: Shape): number => nodeCount + (device?.votes ?? 0);

/**
 * The votes a partition needs. `two_node` makes it 1, so that either of two nodes may go on alone
 * (`calculate_quorum`). The price: after a cut BOTH halves go on, and only fencing decides between them; and after a
 * cold start both must be there once (`two_node` implies `wait_for_all`, votequorum(5)).
 */
export const quorumNeeded = (shape: Shape): number =>
  shape.twoNode && shape.nodeCount === 2 && shape.device === null ? 1 : quorumOf(expectedVotesOf(shape));

/**
 * The votes the device adds to a partition of `size` nodes that has no rival: ffsplit votes for at least half of the
 * configured nodes (corosync-qdevice, `qnetd-algo-ffsplit.c:qnetd_algo_ffsplit_partition_cmp`), lms for any partition
 * that is the only one (`qnetd-algo-lms.c:do_lms_algorithm`).
 */
export const unrivalledDeviceVotes = (device: Device | null, size: number, nodeCount: number): number => {
  if (device === null || size < 1) return 0;
  return device.algorithm === 'lms' || 2 * size >= nodeCount ? device.votes : 0;
};

/** What is known of a partition whose further losses are to be counted. */
export interface Standing {
  readonly online: number;
  readonly quorum: number;
  readonly nodeCount: number;
  readonly device: Device | null;
  readonly arbiter: ArbiterPresence;
}

const staysQuorate = (size: number, { quorum, nodeCount, device, arbiter }: Standing): boolean =>
  size >= 1 && size + (arbiter === 'up' ? unrivalledDeviceVotes(device, size, nodeCount) : 0) >= quorum;

/** How many more nodes a partition may lose, one after another, and stay quorate. 0 as well where it is not quorate. */
export const furtherLosses = (standing: Standing): number => {
  let remaining = standing.online;
  while (staysQuorate(remaining - 1, standing)) remaining -= 1;
  return staysQuorate(standing.online, standing) ? standing.online - remaining : 0;
};

/**
 * The figures of a cluster with every node up.
 *
 * lms is counted without `wait_for_all`. With it, qdevice keeps the vote when qnetd goes away while the node is quorate
 * (`qdevice-net-algo-lms.c:qdevice_net_algo_lms_disconnected`); nobody should plan on that.
 *
 * @throws RangeError when `nodeCount` is no whole number of at least 1
 */
export const figures = (shape: Shape & { readonly arbiter: ArbiterPresence }): QuorumFigures => {
  const { nodeCount, device, arbiter } = shape;
  requireNodeCount(nodeCount);
  const quorum = quorumNeeded(shape);
  return {
    expectedVotes: expectedVotesOf(shape),
    quorum,
    nodeVotes: nodeCount,
    qdeviceVotes: arbiter === 'up' ? unrivalledDeviceVotes(device, nodeCount, nodeCount) : 0,
    nodeLossesSurvived: furtherLosses({ online: nodeCount, quorum, nodeCount, device, arbiter }),
  };
};

export interface Forecast {
  /** The plain cluster, before any device. */
  readonly now: QuorumFigures;
  /** With the device that fits, its vote cast. */
  readonly after: QuorumFigures;
  /** The same while the arbiter is away: the price of the device. Worse than `now` for an odd number of nodes. */
  readonly afterWithoutQdevice: QuorumFigures;
}

/**
 * What onboarding a plain cluster would change. `two_node` leaves the configuration in the same edit, because
 * votequorum does not take it beside a device.
 */
export const forecast = (nodeCount: number, { twoNode }: { readonly twoNode: boolean }): Forecast => {
  const onboarded = { nodeCount, device: deviceFor(nodeCount), twoNode: false };
  return {
    now: figures({ nodeCount, device: null, twoNode, arbiter: 'down' }),
    after: figures({ ...onboarded, arbiter: 'up' }),
    afterWithoutQdevice: figures({ ...onboarded, arbiter: 'down' }),
  };
};
