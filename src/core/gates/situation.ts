import type { Finding } from '../finding.ts';
import type { ArbiterFacts } from '../facts/arbiter-facts.ts';
import type { NodeFacts } from '../facts/node-facts.ts';

/** What was found on one host, or why nothing could be found out. */
export type Found<Facts> = { readonly facts: Facts } | { readonly unreachable: Finding };

export interface NodeFound {
  /** The inventory's id, and the address that it is registered under. */
  readonly id: string;
  readonly address: string;
  readonly found: Found<NodeFacts>;
}

export interface ArbiterFound {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Whether a `prepare-arbiter` job of ours is done with it. */
  readonly prepared: boolean;
  readonly found: Found<ArbiterFacts>;
}

export interface AbsentNode {
  readonly id: string;
  readonly address: string;
  /** Corosync's node id, where an earlier look has told it. */
  readonly nodeId: number | null;
}

/** What a change of a cluster is decided from, whatever the change is. */
export interface ClusterSituation {
  readonly cluster: { readonly name: string; readonly kind: 'pve' | 'corosync'; readonly onboarded: boolean };
  readonly nodes: readonly NodeFound[];
  /** Nodes that are known to be dead: registered, but not asked, and not among `nodes`. */
  readonly absent?: readonly AbsentNode[];
  readonly arbiter: ArbiterFound;
}

/** A node that answered. */
export interface SeenNode {
  readonly id: string;
  readonly address: string;
  readonly facts: NodeFacts;
}

export const seenNodes = (nodes: readonly NodeFound[]): readonly SeenNode[] =>
  nodes.flatMap(({ id, address, found }) => ('facts' in found ? [{ id, address, facts: found.facts }] : []));

export const seenArbiter = ({ found }: Pick<ArbiterFound, 'found'>): ArbiterFacts | null =>
  'facts' in found ? found.facts : null;
