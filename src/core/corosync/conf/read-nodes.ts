import { error, fail, succeed, type Finding, type Result } from '../../finding.ts';
import { nodeId, type NodeId } from '../../names.ts';
import type { Cmap, StoredValue } from './cmap.ts';

/** A node as `nodelist` names it. */
export interface ConfNode {
  readonly nodeId: NodeId;
  /** null when the file gives none; corosync then goes by the addresses. */
  readonly name: string | null;
  /** ring0_addr to ring7_addr, in that order; at least one. As written: a name or an address. */
  readonly addresses: readonly { readonly ring: number; readonly address: string }[];
  /** 1 when the file does not say (votequorum.c:votequorum_read_nodelist_configuration). */
  readonly quorumVotes: number;
}

/** The keys of one node, by their name inside the node's section. */
type NodeKeys = ReadonlyMap<string, StoredValue>;

/**
 * @returns the nodes in the file's order, or everything that is missing: the list itself, a node's id or address, or
 * two nodes of one id. knet needs explicit ids (totemconfig.c: "Knet requires an explicit nodeid"), corosync-qdevice
 * needs the list.
 */
export const readNodes = (cmap: Cmap): Result<readonly ConfNode[]> => {
  const entries = nodeEntries(cmap);
  if (entries.length === 0) return fail(nodelistMissing());
  const read = entries.map(readNode);
  const nodes = read.flatMap((node) => (node.ok ? [node.value] : []));
  const findings = [...read.flatMap((node) => node.findings), ...repeatedIds(nodes)];
  return findings.length === 0 ? succeed(nodes) : fail(...findings);
};

/** How many nodes votequorum counts: sections without any key are none. */
export const countNodes = (cmap: Cmap): number => nodeEntries(cmap).length;

/** The votes of each node, readable even where the rest of the list is not. */
export const nodeVotes = (cmap: Cmap): readonly number[] => nodeEntries(cmap).map(votesOf);

const NODE_KEY = /^nodelist\.node\.(\d+)\.(.+)$/;

const nodeEntries = (cmap: Cmap): readonly NodeKeys[] => {
  const nodes = new Map<number, Map<string, StoredValue>>();
  for (const [path, value] of cmap) {
    const [, position, key] = NODE_KEY.exec(path) ?? [];
    if (position === undefined || key === undefined) continue;
    const node = nodes.get(Number(position)) ?? new Map<string, StoredValue>();
    nodes.set(Number(position), node.set(key, value));
  }
  return [...nodes].sort(([a], [b]) => a - b).map(([, node]) => node);
};

const votesOf = (keys: NodeKeys): number => Number(keys.get('quorum_votes')?.number ?? 1n);

const readNode = (keys: NodeKeys, index: number): Result<ConfNode> => {
  const id = readId(keys, index);
  const addresses = readAddresses(keys);
  const findings = [...id.findings, ...(addresses.length === 0 ? [addressMissing(index)] : [])];
  return id.ok && addresses.length > 0
    ? succeed({ nodeId: id.value, name: keys.get('name')?.text ?? null, addresses, quorumVotes: votesOf(keys) })
    : fail(...findings);
};

const readId = (keys: NodeKeys, index: number): Result<NodeId> => {
  const written = keys.get('nodeid')?.number ?? null;
  if (written === null) return fail(idMissing(index));
  const id = nodeId(Number(written));
  return id === null ? fail(idNotAllowed(index)) : succeed(id);
};

const readAddresses = (keys: NodeKeys): ConfNode['addresses'] =>
  [0, 1, 2, 3, 4, 5, 6, 7].flatMap((ring) => {
    const address = keys.get(`ring${ring}_addr`)?.text;
    return address ? [{ ring, address }] : [];
  });

const repeatedIds = (nodes: readonly ConfNode[]): readonly Finding[] => {
  const ids = nodes.map((node) => node.nodeId);
  const repeated = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  return [...repeated].map(idRepeated);
};

const nodelistMissing = (): Finding =>
  error('nodelist_missing', 'nodelist', 'The file lists no nodes, which corosync-qdevice needs. Add a nodelist.');
const idMissing = (index: number): Finding =>
  error('node_id_missing', nodeName(index), `Node ${index + 1} of the nodelist has no nodeid. Give it one.`, { index });
const idNotAllowed = (index: number): Finding =>
  error('node_id_not_allowed', nodeName(index), 'A nodeid is 1 to 4294967295; 0 is reserved. Give the node another.', {
    index,
  });
const addressMissing = (index: number): Finding =>
  error('node_address_missing', nodeName(index), 'The node has no address. Add ring0_addr (to ring7_addr).', { index });
const idRepeated = (id: NodeId): Finding =>
  error('node_id_repeated', 'nodelist.node.nodeid', `The nodeid ${id} is given twice. Give each node its own.`, { id });

const nodeName = (index: number): string => `nodelist.node.${index}`;
