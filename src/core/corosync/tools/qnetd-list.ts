import { warning, type Finding } from '../../finding.ts';
import { clusterName, type NodeId } from '../../names.ts';
import { escaped } from './escaped-text.ts';
import { refuseWhole, type LineReader } from './line-reader.ts';
import {
  commaSeparated,
  decimalNodeId,
  endpoint,
  milliseconds,
  oneOf,
  ringId,
  splitRemark,
  u32,
  u64Text,
  type Printed,
} from './printed-values.ts';
import type { QnetdClient, QnetdCluster, QnetdStatus } from './qnetd-tool.ts';
import { algorithm, heuristicsResult, tieBreaker, vote } from './qnetd-words.ts';

const CLUSTER = 'Cluster "';
const CLUSTER_END = '":';
const ALGORITHM = '    Algorithm:\t\t';
const NODE = '    Node ID ';
const KEEPS_ACTIVE_PARTITION = 'KAP Tie-breaker';

/** The longest of names that still tells anything; longer ones are cut when escaped. */
const SHOWN_NAME = 255;

const algorithmLine: Printed<Pick<QnetdCluster, 'algorithm' | 'keepActivePartitionTieBreaker'>> = (text) => {
  const [word, remark] = splitRemark(text);
  const known = algorithm(word);
  if (known === undefined || (remark !== null && remark !== KEEPS_ACTIVE_PARTITION)) return undefined;
  return { algorithm: known, keepActivePartitionTieBreaker: remark !== null };
};

/** `1 (7)`: a node, and the data center it stands in when that is not 0. */
const listedNode: Printed<NodeId> = (text) => {
  const [id, dataCenter] = splitRemark(text);
  return dataCenter !== null && u32(dataCenter) === undefined ? undefined : decimalNodeId(id);
};

const nodeList = commaSeparated(listedNode);

/** `Pass (membership: Pass, regular: Undefined)`: the verdict, which is made of the two in brackets. */
const heuristics: Printed<QnetdClient['heuristics']> = (text) => {
  const parts = /^([A-Z][a-z]+) \(membership: ([A-Z][a-z]+), regular: ([A-Z][a-z]+)\)$/.exec(text);
  const read = (parts ?? []).slice(1).map(heuristicsResult);
  return read.includes(undefined) ? undefined : read[0];
};

const tlsActive = oneOf<QnetdClient['tls']>({
  No: { active: false, certificateVerified: false },
  Yes: { active: true, certificateVerified: false },
  'Yes (client certificate verified)': { active: true, certificateVerified: true },
});

const ackOrNack = oneOf({ ACK: 'ack', NACK: 'nack' } as const);

/** `No change (ACK)`. An ACK or NACK that was sent stands, so other brackets behind it are not qnetd's. */
const voteLine: Printed<NonNullable<QnetdClient['vote']>> = (text) => {
  const [word, remark] = splitRemark(text);
  const sent = vote(word);
  const inBrackets = remark === null ? null : ackOrNack(remark);
  if (sent === undefined || inBrackets === undefined) return undefined;
  if (sent !== 'ack' && sent !== 'nack') return { sent, stands: inBrackets };
  return inBrackets === null || inBrackets === sent ? { sent, stands: sent } : undefined;
};

const readClient = (lines: LineReader): QnetdClient => {
  const nodeId = lines.field(NODE, (text) => (text.endsWith(':') ? decimalNodeId(text.slice(0, -1)) : undefined));
  const { host: address, port } = lines.field('        Client address:\t\t', endpoint);
  return {
    nodeId,
    address,
    port,
    heartbeatMs: lines.field('        HB interval:\t\t', milliseconds),
    configVersion: lines.optionalField('        Configuration version:\t', u64Text),
    configuredNodes: lines.optionalField('        Configured node list:\t', nodeList),
    ringId: lines.field('        Ring ID:\t\t', ringId),
    membership: lines.optionalField('        Membership node list:\t', nodeList),
    heuristics: lines.field('        Heuristics:\t\t', heuristics),
    tls: lines.field('        TLS active:\t\t', tlsActive),
    vote: lines.optionalField('        Vote:\t\t\t', voteLine),
  };
};

/**
 * The name between `Cluster "` and `":`, as qnetd holds it: any bytes that a client sent, line breaks too. It ends at
 * the first `":` with the algorithm in the next line, which is never later than its true end. A line that begins like a
 * cluster always begins one, so that neither a name nor a damaged line can swallow the cluster that follows.
 */
const readName = (lines: LineReader): string => {
  const parts = [lines.field(CLUSTER, (text) => text)];
  while (!(parts.at(-1)?.endsWith(CLUSTER_END) && lines.nextStartsWith(ALGORITHM))) {
    if (lines.nextStartsWith(CLUSTER)) lines.refuse('the algorithm of a cluster');
    parts.push(lines.take('the end of the name of a cluster'));
  }
  return parts.join('\n').slice(0, -CLUSTER_END.length);
};

const readCluster = (lines: LineReader): QnetdCluster => {
  const name = readName(lines);
  const { algorithm: printedAlgorithm, keepActivePartitionTieBreaker } = lines.field(ALGORITHM, algorithmLine);
  const breaker = lines.field('    Tie-breaker:\t', tieBreaker);
  const clients = [readClient(lines)];
  while (lines.nextStartsWith(NODE)) clients.push(readClient(lines));
  if (new Set(clients.map((client) => client.nodeId)).size < clients.length)
    refuseWhole('one client for each node of a cluster');
  return { name, algorithm: printedAlgorithm, keepActivePartitionTieBreaker, tieBreaker: breaker, clients };
};

const shown = (name: string): string => (clusterName(name).ok ? name : escaped(name, SHOWN_NAME));

/**
 * Reads the clusters that are connected to qnetd, and the vote that each of their nodes holds (`qnetd_ipc_cmd_list`).
 *
 * Trust. qnetd prints names raw, and without `-s req` takes any name from anybody. A name that `clusterName` does not
 * allow is reported escaped. With quotes and line breaks a name can look like whole clusters, and in the text alone
 * nothing tells them from real ones. So:
 * - a connected cluster cannot be replaced: its own lines are printed too, the name then stands there twice, and all
 *   is unknown (a hostile peer may thus blind this reading, as it may by sending node id 0, but not forge it);
 * - a cluster that is not connected can be feigned, as it can be by simply connecting under its name. What a name feigns
 *   is more than qnetd counts: `listContradictsStatus` sees that. Only `-s req` and certificates keep the peer away.
 * @throws Unreadable
 */
export const readClusters = (lines: LineReader): readonly QnetdCluster[] => {
  const clusters: QnetdCluster[] = [];
  while (lines.peek() !== null) clusters.push(readCluster(lines));
  if (new Set(clusters.map((cluster) => cluster.name)).size < clusters.length)
    refuseWhole('each cluster once: one of them is not what it says');
  return clusters.map((cluster) => ({ ...cluster, name: shown(cluster.name) }));
};

/**
 * Whether a list can be what qnetd had to say when it gave `status`: as many clusters as it counts, and no more clients.
 * A client may connect between the two questions, so one contradiction is a reason to ask again.
 * @returns null when the two agree
 */
export const listContradictsStatus = (
  clusters: readonly QnetdCluster[],
  status: QnetdStatus,
  subject: string,
): Finding | null => {
  const listed = clusters.length;
  const clients = clusters.reduce((sum, cluster) => sum + cluster.clients.length, 0);
  const { connectedClusters, connectedClients } = status;
  if (listed === connectedClusters && clients <= connectedClients) return null;
  return warning(
    'qnetd_list_contradicts_status',
    subject,
    `corosync-qnetd counts ${connectedClusters} clusters and ${connectedClients} clients, but lists ${listed} clusters with ${clients} clients. ` +
      'Ask again; if it stays so, some client bears a name that feigns clusters, or the list was cut short.',
    { listedClusters: listed, listedClients: clients, connectedClusters, connectedClients },
  );
};
