import type { NodeId } from '../names.ts';
import type { QnetdClient, QnetdCluster } from '../corosync/tools/qnetd-tool.ts';
import { quorumNeeded, type Shape } from './arithmetic.ts';
import { valueOf, type NodeEvidence, type World } from './evidence.ts';
import type { VoteFinding } from './vote-finding.ts';

/** A rule states what is true of a healthy cluster. It returns null when that was SEEN to be true or cannot be asked here. */
export type ClusterRule = (world: World) => VoteFinding | null;
/** The same for one node. */
export type NodeRule = (world: World, node: NodeEvidence) => VoteFinding | null;

/** `node 1 (10.0.0.1)` */
export const called = ({ nodeId, address }: NodeEvidence): string =>
  nodeId === null ? `the node at ${address}` : `node ${nodeId} (${address})`;

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The inventory's node ids, ascending, as far as they are known. */
export const inventoryIds = (world: World): readonly NodeId[] =>
  world.nodes.flatMap((node) => (node.nodeId === null ? [] : [node.nodeId])).toSorted((a, b) => a - b);

/** False while a node has never been read: then nobody can be called a stranger. */
export const allIdsAreKnown = (world: World): boolean => world.nodes.every((node) => node.nodeId !== null);

export const sameIds = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((id) => b.includes(id));

/** This cluster as the arbiter lists it; null when the arbiter was not freshly seen or does not list it. */
export const ownCluster = (world: World): QnetdCluster | null =>
  valueOf(world.clusters)?.find((cluster) => cluster.name === world.inventory.clusterName) ?? null;

export const clientsOf = (world: World, node: NodeEvidence): readonly QnetdClient[] =>
  ownCluster(world)?.clients.filter((client) => client.nodeId === node.nodeId) ?? [];

/** True when any fresh view shows votequorum's `two_node` at work. */
export const isTwoNode = (world: World): boolean =>
  world.nodes.some((node) => valueOf(node.quorum)?.flags.includes('2Node'));

/** The shape the inventory says this cluster has. */
export const shapeOf = (world: World): Shape => ({
  nodeCount: world.inventory.nodes.length,
  device: world.inventory.device,
  twoNode: isTwoNode(world),
});

export const expectedQuorum = (world: World): number => quorumNeeded(shapeOf(world));
