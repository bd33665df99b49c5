import fc from 'fast-check';
import type { QnetdClient, QnetdCluster, QnetdStatus, Vote } from '../../../../src/core/corosync/tools/qnetd-tool.ts';
import {
  ALGORITHM_WORDS,
  anyAlgorithm,
  anyConfigVersion,
  anyHeuristics,
  anyHost,
  anyPort,
  anyTieBreaker,
  printTieBreaker,
} from './print-qdevice-tool.ts';
import { anyNodeId, anyRingId } from './print-quorumtool.ts';

const title = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const ifAny = <T>(value: T | null, line: (value: T) => string): string[] => (value === null ? [] : [line(value)]);
const VOTE_WORDS: Record<Vote, string> = {
  ack: 'ACK',
  nack: 'NACK',
  askLater: 'Ask later',
  waitForReply: 'Wait for reply',
  noChange: 'No change',
};

/** Writes a status as `corosync-qnetd-tool -s -v` would. */
export const printQnetdStatus = (status: QnetdStatus): string =>
  [
    `QNetd address:\t\t\t${status.host}:${status.port}`,
    `TLS:\t\t\t\t${title(status.tls)}${status.clientCertificateRequired ? ' (client certificate required)' : ''}`,
    `Connected clients:\t\t${status.connectedClients}`,
    `Connected clusters:\t\t${status.connectedClusters}`,
    ...ifAny(status.maximumClients, (maximum) => `Maximum allowed clients:\t${maximum}`),
    `Maximum send/receive size:\t${status.maximumSendBytes}/${status.maximumReceiveBytes} bytes`,
    '',
  ].join('\n');

const printClient = (client: QnetdClient): string[] => [
  `    Node ID ${client.nodeId}:`,
  `        Client address:\t\t${client.address}:${client.port}`,
  `        HB interval:\t\t${client.heartbeatMs}ms`,
  ...ifAny(client.configVersion, (version) => `        Configuration version:\t${version}`),
  ...ifAny(client.configuredNodes, (nodes) => `        Configured node list:\t${nodes.join(', ')}`),
  `        Ring ID:\t\t${client.ringId.representative.toString(16)}.${client.ringId.sequence}`,
  ...ifAny(client.membership, (nodes) => `        Membership node list:\t${nodes.join(', ')}`),
  `        Heuristics:\t\t${title(client.heuristics)} (membership: Undefined, regular: Undefined)`,
  `        TLS active:\t\t${client.tls.active ? 'Yes' : 'No'}${client.tls.certificateVerified ? ' (client certificate verified)' : ''}`,
  ...ifAny(
    client.vote,
    ({ sent, stands }) => `        Vote:\t\t\t${VOTE_WORDS[sent]}${stands === null ? '' : ` (${VOTE_WORDS[stands]})`}`,
  ),
];

const printCluster = (cluster: QnetdCluster): string[] => [
  `Cluster "${cluster.name}":`,
  `    Algorithm:\t\t${ALGORITHM_WORDS[cluster.algorithm]}${cluster.keepActivePartitionTieBreaker ? ' (KAP Tie-breaker)' : ''}`,
  `    Tie-breaker:\t${printTieBreaker(cluster.tieBreaker)}`,
  ...cluster.clients.flatMap(printClient),
];

/** Writes clusters as `corosync-qnetd-tool -l -v` would, their names raw. */
export const printQnetdList = (clusters: readonly QnetdCluster[]): string =>
  clusters.flatMap((cluster) => printCluster(cluster).map((line) => `${line}\n`)).join('');

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const size = fc.maxSafeNat();

export const anyQnetdStatus: fc.Arbitrary<QnetdStatus> = fc
  .record({
    host: fc.oneof(fc.constant('*'), anyHost),
    port: anyPort,
    tls: fc.constantFrom<QnetdStatus['tls']>('unsupported', 'supported', 'required'),
    clientCertificateRequired: fc.boolean(),
    connectedClients: size,
    connectedClusters: size,
    maximumClients: fc.option(size),
    maximumSendBytes: size,
    maximumReceiveBytes: size,
  })
  .map((status) => ({
    ...status,
    clientCertificateRequired: status.clientCertificateRequired && status.tls !== 'unsupported',
  }));

const anyVote: fc.Arbitrary<NonNullable<QnetdClient['vote']>> = fc.oneof(
  fc.constantFrom('ack' as const, 'nack' as const).map((sent) => ({ sent, stands: sent })),
  fc.record({
    sent: fc.constantFrom('askLater' as const, 'waitForReply' as const, 'noChange' as const),
    stands: fc.constantFrom('ack' as const, 'nack' as const, null),
  }),
);

const anyClient: fc.Arbitrary<QnetdClient> = fc.record({
  nodeId: anyNodeId,
  address: fc.constantFrom('10.77.1.1', '::ffff:10.77.1.1', 'fd00::11'),
  port: anyPort,
  heartbeatMs: u32,
  configVersion: anyConfigVersion,
  configuredNodes: fc.option(fc.array(anyNodeId, { minLength: 1, maxLength: 5 })),
  ringId: anyRingId,
  membership: fc.option(fc.array(anyNodeId, { minLength: 1, maxLength: 5 })),
  heuristics: anyHeuristics,
  tls: fc
    .constantFrom([false, false], [true, false], [true, true])
    .map(([active = false, certificateVerified = false]) => ({ active, certificateVerified })),
  vote: fc.option(anyVote),
});

export const anyQnetdCluster: fc.Arbitrary<QnetdCluster> = fc.record({
  name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$/),
  algorithm: anyAlgorithm,
  keepActivePartitionTieBreaker: fc.boolean(),
  tieBreaker: anyTieBreaker,
  clients: fc.uniqueArray(anyClient, { selector: (client) => client.nodeId, minLength: 1, maxLength: 4 }),
});

export const anyQnetdList: fc.Arbitrary<readonly QnetdCluster[]> = fc.uniqueArray(anyQnetdCluster, {
  selector: (cluster) => cluster.name,
  maxLength: 4,
});
