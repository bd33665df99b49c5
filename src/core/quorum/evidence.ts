import { warning, type Finding } from '../finding.ts';
import type { NodeId } from '../names.ts';
import type { QdeviceStatus } from '../corosync/tools/qdevice-tool.ts';
import { listContradictsStatus } from '../corosync/tools/qnetd-list.ts';
import type { QnetdCluster, QnetdStatus } from '../corosync/tools/qnetd-tool.ts';
import type { QuorumStatus } from '../corosync/tools/quorumtool.ts';
import type { ToolReading } from '../corosync/tools/tool.ts';
import { opinionOf } from './opinion.ts';
import {
  ageMs,
  isFresh,
  type ArbiterView,
  type Inventory,
  type InventoryNode,
  type NodeView,
  type VoteEvidence,
} from './views.ts';

/**
 * A reading with its freshness settled: only `seen` has a value, so that no rule can lean on anything stale
 * (stale is unknown). `down` is fresh evidence too: the daemon is not there.
 */
export type Seen<T> =
  | { readonly kind: 'seen'; readonly value: T }
  | { readonly kind: 'down' | 'unreadable' | 'unreachable'; readonly finding: Finding }
  | { readonly kind: 'foreign'; readonly found: string }
  | { readonly kind: 'stale'; readonly ageMs: number }
  | { readonly kind: 'never' };

/** A node of the inventory with what is freshly known of it. */
export interface NodeEvidence {
  readonly address: string;
  readonly name: string;
  readonly nodeId: NodeId | null;
  readonly quorum: Seen<QuorumStatus>;
  readonly device: Seen<QdeviceStatus>;
  /** The address that it is registered under, and those that it was last heard to have. */
  readonly addresses: readonly string[];
}

/** All that the rules may look at. */
export interface World {
  readonly inventory: Inventory;
  readonly clusters: Seen<readonly QnetdCluster[]>;
  readonly acceptsPlaintext: boolean;
  /** Ordered by node id, then address, so that the order of the inputs changes nothing. */
  readonly nodes: readonly NodeEvidence[];
  /** The fresh node view that figures are taken from: a quorate one before others. null without a fresh one. */
  readonly reference: QuorumStatus | null;
}

/** The value, or null for whatever was not freshly and readably seen. */
export const valueOf = <T>(seen: Seen<T>): T | null => (seen.kind === 'seen' ? seen.value : null);

const settle = <T>(reading: ToolReading<T>): Seen<T> => {
  if (reading.kind === 'known') return { kind: 'seen', value: reading.value };
  return { kind: reading.kind === 'down' ? 'down' : 'unreadable', finding: reading.finding };
};

/**
 * quorumtool says "Cannot initialize CMAP service" when corosync is away, and just so when the user may not ask it
 * (`corosync-quorumtool.c:main`, both recorded on Debian 12). It counts as `down` only when the device daemon is away
 * too: that one stops with corosync (`Requires=corosync.service`), and its tool tells a refusal from an absence. On a
 * node that never had a device its absence tells nothing, so `verdictOf` asks for a device to be expected.
 */
const settleQuorum = ({ quorum, device, address }: ReadingView): Seen<QuorumStatus> => {
  if (quorum.kind !== 'down' || device.kind === 'down') return settle(quorum);
  const text = 'corosync-quorumtool reaches no corosync: it does not run, or the SSH user may not ask it.';
  return { kind: 'unreadable', finding: warning('corosync_out_of_reach', address, text) };
};

type Sight = Pick<NodeEvidence, 'quorum' | 'device'>;

const both = (seen: Seen<never>): Sight => ({ quorum: seen, device: seen });

/** The newest; the first of equally old ones. */
const newest = <T extends { readonly at: number }>(views: readonly T[]): T | undefined =>
  views.reduce<T | undefined>((best, view) => (best && best.at >= view.at ? best : view), undefined);

type ReadingView = Extract<NodeView, { readonly quorum: unknown }>;
const isReading = (view: NodeView): view is ReadingView => 'quorum' in view;

/** A failed attempt of ours voids our earlier looks, but not what the node pushes by itself: it may just be behind a firewall. */
const settleNode = (views: readonly NodeView[], { at, limits }: VoteEvidence): Sight => {
  const pulled = newest(views.filter((view) => view.source !== 'push'));
  const pushed = newest(views.filter((view) => view.source === 'push'));
  const fresh = [pulled, pushed].filter((view) => view !== undefined && isFresh(view, at, limits.nodeFreshMs));
  const reading = newest(fresh.flatMap((view) => (view && isReading(view) ? [view] : [])));
  if (reading) return { quorum: settleQuorum(reading), device: settle(reading.device) };
  const [attempt] = fresh;
  if (attempt && 'unreachable' in attempt) return both({ kind: 'unreachable', finding: attempt.unreachable });
  const last = newest(views);
  return both(last ? { kind: 'stale', ageMs: ageMs(last, at) } : { kind: 'never' });
};

/** What a node pushes does not say where it may come from: whoever has stolen its token could. */
const addressesIn = (view: NodeView): readonly string[] =>
  isReading(view) && view.source !== 'push' ? (view.addresses ?? []) : [];

/** The view of another machine or another cluster proves nothing about this one, however fresh it is. */
const strangerIn = ({ quorum, device }: Sight, node: InventoryNode, inventory: Inventory): string | null => {
  const status = valueOf(quorum);
  const daemon = valueOf(device);
  if (status && node.nodeId !== null && status.nodeId !== node.nodeId) return `node id ${status.nodeId}`;
  if (status && daemon && daemon.nodeId !== status.nodeId) return `a device of node id ${daemon.nodeId}`;
  if (daemon && daemon.net.clusterName !== inventory.clusterName) return `cluster ${daemon.net.clusterName}`;
  return null;
};

const nodeEvidence = (node: InventoryNode, evidence: VoteEvidence): NodeEvidence => {
  const views = evidence.nodes.filter((view) => view.address === node.address);
  const sight = settleNode(views, evidence);
  const found = strangerIn(sight, node, evidence.inventory);
  return {
    address: node.address,
    name: node.name ?? node.address,
    nodeId: node.nodeId ?? (found === null ? (valueOf(sight.quorum)?.nodeId ?? null) : null),
    ...(found === null ? sight : both({ kind: 'foreign', found })),
    addresses: [node.address, ...views.flatMap(addressesIn)],
  };
};

const byIdThenAddress = (a: NodeEvidence, b: NodeEvidence): number =>
  (a.nodeId ?? Infinity) === (b.nodeId ?? Infinity)
    ? a.address < b.address
      ? -1
      : 1
    : (a.nodeId ?? Infinity) - (b.nodeId ?? Infinity);

/**
 * The list is believed only when the status beside it agrees: a name may feign clusters, and an empty list with exit
 * code 0 is also what a busy qnetd gives that hung up (see `listContradictsStatus`). Without a status an empty list says nothing.
 */
const doubtOf = (clusters: readonly QnetdCluster[], status: ToolReading<QnetdStatus> | undefined): Finding | null => {
  if (status?.kind === 'known') return listContradictsStatus(clusters, status.value, 'arbiter');
  if (status) return status.finding;
  return clusters.length > 0
    ? null
    : warning(
        'qnetd_list_unconfirmed',
        'arbiter',
        'The list of clusters is empty, and no status of qnetd confirms that.',
      );
};

/** What a view of the arbiter is worth while it is fresh. */
export const seenAtArbiter = ({ reading, status }: Omit<ArbiterView, 'at'>): Seen<readonly QnetdCluster[]> => {
  if (status?.kind === 'down') return { kind: 'down', finding: status.finding };
  const doubt = reading.kind === 'known' ? doubtOf(reading.value, status) : null;
  return doubt ? { kind: 'unreadable', finding: doubt } : settle(reading);
};

const settleArbiter = ({ arbiter, at, limits }: VoteEvidence): Seen<readonly QnetdCluster[]> => {
  if (arbiter === null) return { kind: 'never' };
  const fresh = isFresh(arbiter, at, limits.arbiterFreshMs);
  return fresh ? seenAtArbiter(arbiter) : { kind: 'stale', ageMs: ageMs(arbiter, at) };
};

const worth = (status: QuorumStatus): number => (opinionOf(status) === 'quorate' ? 1e9 : 0) + status.totalVotes;

const chooseReference = (nodes: readonly NodeEvidence[]): QuorumStatus | null =>
  nodes
    .map((node) => valueOf(node.quorum))
    .reduce((best, status) => (status && (!best || worth(status) > worth(best)) ? status : best), null);

/** Settles what is fresh, what is ours and what is neither; everything after this looks only at the outcome. */
export const weigh = (evidence: VoteEvidence): World => {
  const nodes = evidence.inventory.nodes.map((node) => nodeEvidence(node, evidence)).toSorted(byIdThenAddress);
  const clusters = settleArbiter(evidence);
  const status = evidence.arbiter?.status;
  return {
    inventory: evidence.inventory,
    clusters,
    acceptsPlaintext: clusters.kind === 'seen' && status?.kind === 'known' && status.value.tls !== 'required',
    nodes,
    reference: chooseReference(nodes),
  };
};
