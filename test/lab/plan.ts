/** What a cluster of the lab is made of. */
export interface ClusterSpec {
  name: string;
  nodes: number;
  /** Shaped like Proxmox VE: `/etc/pve`, `pvecm`, no `two_node`. */
  pve: boolean;
  /** corosync-qdevice is not installed. */
  bare: boolean;
}

/** How the arbiter is found: without the package, with it but without certificates, or as Debian's postinst leaves it. */
export type ArbiterKind = 'bare' | 'fresh' | 'stock';

/** A cluster with its place in the address plan: node j of cluster `index` is 10.77.`index`.j. */
export interface PlannedCluster extends ClusterSpec {
  index: number;
}

export interface PlannedHost {
  name: string;
  address: string;
  /** Absent for the arbiter. */
  cluster?: PlannedCluster;
  /** Corosync's node id, from 1; absent for the arbiter. */
  nodeId?: number;
}

export const CONTROLLER_ADDRESS = '10.77.0.1';
export const ARBITER_ADDRESS = '10.77.0.2';
export const REPOSITORY_ADDRESS = '10.77.0.3';
export const DEFAULT_CLUSTERS = ['duo:2', 'quad:4', 'trio:3', 'pve:2:pve'];

/** A switch port is named after its host and Linux allows 15 characters (IFNAMSIZ), of which the node number takes three. */
const CLUSTER_NAME = /^[a-z][a-z0-9-]{0,10}[a-z0-9]$|^[a-z]$/;
const RESERVED_NAMES = ['arbiter', 'controller'];

/**
 * Reads `name:nodes[:pve][:bare]`, such as `duo:2` or `pve:2:pve:bare`.
 * @throws Error that says what is wrong
 */
export function parseClusterSpec(text: string): ClusterSpec {
  const [name = '', count = '', ...options] = text.split(':');
  if (!CLUSTER_NAME.test(name) || RESERVED_NAMES.includes(name)) {
    throw new Error(`"${name}" is no cluster name: at most 12 of a-z, 0-9 and inner hyphens, a letter first`);
  }
  const nodes = Number(count);
  if (!/^\d+$/.test(count) || nodes < 1 || nodes > 99) throw new Error(`"${text}": 1 to 99 nodes, as in duo:2`);
  const unknown = options.find((option) => option !== 'pve' && option !== 'bare');
  if (unknown !== undefined) throw new Error(`"${text}": unknown option "${unknown}", there are pve and bare`);
  return { name, nodes, pve: options.includes('pve'), bare: options.includes('bare') };
}

/** @throws Error where `text` is none of the three kinds */
export function parseArbiterKind(text: string): ArbiterKind {
  if (text === 'bare' || text === 'fresh' || text === 'stock') return text;
  throw new Error(`"${text}": an arbiter is bare, fresh or stock`);
}

/**
 * Gives clusters their places, after those that have one already.
 * @throws Error where a name is taken twice or the address plan is full
 */
export function placeClusters(specs: readonly ClusterSpec[], placed: readonly PlannedCluster[] = []): PlannedCluster[] {
  const taken = new Set(placed.map((cluster) => cluster.index));
  const names = new Set(placed.map((cluster) => cluster.name));
  return specs.map((spec) => {
    if (names.has(spec.name)) throw new Error(`there are two clusters named ${spec.name}`);
    names.add(spec.name);
    let index = 1;
    while (taken.has(index)) index += 1;
    if (index > 254) throw new Error('the address plan 10.77.1.0 to 10.77.254.0 is full');
    taken.add(index);
    return { ...spec, index };
  });
}

/** The hosts of a cluster, `<cluster>-1` first. */
export function hostsOf(cluster: PlannedCluster): PlannedHost[] {
  return Array.from({ length: cluster.nodes }, (_, position) => {
    const nodeId = position + 1;
    return { name: `${cluster.name}-${nodeId}`, address: `10.77.${cluster.index}.${nodeId}`, cluster, nodeId };
  });
}

export function arbiterHost(): PlannedHost {
  return { name: 'arbiter', address: ARBITER_ADDRESS };
}

/** A hardware address that stays the same over power cuts, so that no neighbour remembers a stale one. */
export function hardwareAddress(address: string): string {
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return ['02', '00', ...bytes].join(':');
}

/** The layers of a host's file system, topmost first, without the machine's own root at the bottom. */
export function layersOf(host: PlannedHost, arbiter: ArbiterKind): string[] {
  if (host.cluster === undefined) return [`arbiter-${arbiter}`, 'base'];
  const { pve, bare } = host.cluster;
  const node = bare ? ['node-bare', 'node', 'base'] : ['node', 'base'];
  return pve ? [bare ? 'bare-pve' : 'pve', ...node] : node;
}
