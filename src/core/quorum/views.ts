import type { Finding } from '../finding.ts';
import type { ClusterName, NodeId } from '../names.ts';
import type { Instant } from '../time.ts';
import type { QdeviceStatus } from '../corosync/tools/qdevice-tool.ts';
import type { QnetdCluster, QnetdStatus } from '../corosync/tools/qnetd-tool.ts';
import type { QuorumStatus } from '../corosync/tools/quorumtool.ts';
import type { ToolReading } from '../corosync/tools/tool.ts';
import type { Device } from './arithmetic.ts';

export interface InventoryNode {
  /** null until the node has been read once. */
  readonly nodeId: NodeId | null;
  readonly address: string;
  /** `nodelist.node.name`; its address stands in where there is none. */
  readonly name?: string;
}

/** The cluster as it is registered. */
export interface Inventory {
  readonly clusterName: ClusterName;
  readonly nodes: readonly InventoryNode[];
  /** The device that should be there; null while the cluster is registered but not onboarded. */
  readonly device: Device | null;
}

/** What one look at the arbiter brought back. */
export interface ArbiterView {
  readonly at: Instant;
  /** `corosync-qnetd-tool -l -v` */
  readonly reading: ToolReading<readonly QnetdCluster[]>;
  /** `corosync-qnetd-tool -s -v` */
  readonly status?: ToolReading<QnetdStatus>;
}

/** What one look at a node brought back. */
export type NodeView = {
  readonly address: string;
  readonly at: Instant;
  /** `push` when the node reported by itself; `node` (also when left out) when we went there. */
  readonly source?: 'node' | 'push';
  /** Of a push: how far the node's clock was ahead of ours when it sent. It only informs; `at` is our own time of receipt. */
  readonly clockOffsetMs?: number;
} & (
  | {
      readonly quorum: ToolReading<QuorumStatus>;
      readonly device: ToolReading<QdeviceStatus>;
      /** The addresses that the node has; left out where it was not asked. */
      readonly addresses?: readonly string[];
    }
  | { readonly unreachable: Finding }
);

/** How old a view may be, in milliseconds, and still count. */
export interface FreshnessLimits {
  readonly arbiterFreshMs: number;
  readonly nodeFreshMs: number;
}

/** Everything known of one cluster's vote at one moment. */
export interface VoteEvidence {
  readonly inventory: Inventory;
  readonly arbiter: ArbiterView | null;
  /** In any order; of several views of one node the newest counts, but what a node pushes can only lower the state (see `pushes.ts`). Addresses outside the inventory are ignored. */
  readonly nodes: readonly NodeView[];
  /** Now. */
  readonly at: Instant;
  readonly limits: FreshnessLimits;
}

/** Milliseconds since the view was taken; never negative. */
export const ageMs = (view: { readonly at: Instant }, now: Instant): number => Math.max(0, now - view.at);

/** A view from further in the future than the limit is not trusted either: some clock is wrong. */
export const isFresh = (view: { readonly at: Instant }, now: Instant, limitMs: number): boolean =>
  Math.abs(now - view.at) <= limitMs;
