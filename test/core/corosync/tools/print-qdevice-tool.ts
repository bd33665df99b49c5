import fc from 'fast-check';
import type { QdeviceStatus } from '../../../../src/core/corosync/tools/qdevice-tool.ts';
import type { Algorithm, Heuristics, TieBreaker } from '../../../../src/core/corosync/tools/qnetd-tool.ts';
import { anyNodeId, anyRingId } from './print-quorumtool.ts';

type Net = QdeviceStatus['net'];

const title = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const yes = (value: boolean): string => (value ? 'Yes' : 'No');

export const ALGORITHM_WORDS: Record<Algorithm, string> = {
  test: 'Test',
  ffsplit: 'Fifty-Fifty split',
  '2nodelms': '2 Node LMS',
  lms: 'LMS',
};
const HEURISTICS_WORDS = {
  disabled: 'Disabled',
  enabled: 'Enabled',
  sync: 'Enabled only on sync',
  undefined: 'Undefined',
};
const STATE_WORDS = {
  connected: 'Connected',
  connecting: 'Connecting',
  'connect-failed': 'Connect failed',
  disconnected: 'Disconnected',
};
const KAP_WORDS = {
  enabled: 'Enabled',
  disabled: 'Disabled',
  'unsupported-by-qnetd': 'Unsupported by QNetd',
  'hard-coded': 'Algorithm hard-coded',
  'unsupported-by-algorithm': 'Unsupported by algorithm',
};

export const printTieBreaker = (breaker: TieBreaker): string =>
  `Node with ${typeof breaker === 'number' ? `node ID ${breaker}` : `${breaker} node ID`}`;

const ifAny = <T>(value: T | null, line: (value: T) => string): string[] => (value === null ? [] : [line(value)]);

const printDaemon = (status: QdeviceStatus): string[] => [
  'Qdevice information',
  '-------------------',
  `Model:\t\t\t${status.model}`,
  `Node ID:\t\t${status.nodeId}`,
  `HB interval:\t\t${status.heartbeatMs}ms`,
  `Sync HB interval:\t${status.syncHeartbeatMs}ms`,
  ...ifAny(status.configVersion, (version) => `Configuration version:\t${version}`),
  'Configured node list:',
  ...status.configuredNodes.map(
    ({ nodeId, dataCenterId }, index) =>
      `    ${index}\tNode ID = ${nodeId}${dataCenterId === null ? '' : `, Data center ID = ${dataCenterId}`}`,
  ),
  `Heuristics:\t\t${HEURISTICS_WORDS[status.heuristics]}`,
  `Ring ID:\t\t${status.ringId.representative.toString(16)}.${status.ringId.sequence}`,
  `Membership node list:\t${status.membership.join(', ')}`,
  `Quorate:\t\t${yes(status.quorate)}`,
  'Quorum node list:',
  ...status.quorumNodes.map(({ nodeId, state }, index) => `    ${index}\tNode ID = ${nodeId}, State = ${state}`),
  `Expected votes:\t\t${status.expectedVotes}`,
  `Last poll call:\t\t${status.lastPoll === null ? 'Never' : status.lastPoll.at + (status.lastPoll.castVote ? ' (cast vote)' : '')}`,
  '',
];

const printNet = (net: Net): string[] => [
  'Qdevice-net information',
  '----------------------',
  `Cluster name:\t\t${net.clusterName}`,
  `QNetd host:\t\t${net.host}:${net.port}`,
  ...ifAny(net.forceIpVersion, (version) => `Force IP version:\t${version}`),
  `Connect timeout:\t${net.connectTimeoutMs}ms`,
  `HB interval:\t\t${net.heartbeatMs}ms`,
  `VQ vote timer interval:\t${net.voteTimerIntervalMs}ms`,
  `TLS:\t\t\t${title(net.tls)}`,
  `Algorithm:\t\t${ALGORITHM_WORDS[net.algorithm]}`,
  `Tie-breaker:\t\t${printTieBreaker(net.tieBreaker)}`,
  ...ifAny(net.keepActivePartitionTieBreaker, (kap) => `KAP Tie-breaker:\t${KAP_WORDS[kap]}`),
  `Poll timer running:\t${yes(net.pollTimer.running)}${net.pollTimer.castVote ? ' (cast vote)' : ''}`,
  `State:\t\t\t${STATE_WORDS[net.state]}`,
  ...ifAny(
    net.heuristicsResult,
    ({ result, regular, membership, connect }) =>
      `Heuristics result:\t${title(result)} (regular: ${title(regular ?? '')}, membership: ${title(membership ?? '')}, connect: ${title(connect ?? '')})`,
  ),
  ...ifAny(
    net.tlsActive,
    (tls) => `TLS active:\t\t${yes(tls.active)}${tls.certificateSent ? ' (client certificate sent)' : ''}`,
  ),
  ...ifAny(net.connectedSince, (at) => `Connected since:\t${at}`),
  ...ifAny(net.echoReplyReceived, (at) => `Echo reply received:\t${at}`),
];

/** Writes a status as `corosync-qdevice-tool -sv` would. */
export const printQdeviceStatus = (status: QdeviceStatus): string =>
  [...printDaemon(status), ...printNet(status.net), ''].join('\n');

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
export const anyPort = fc.integer({ min: 0, max: 0xffff });
export const anyConfigVersion = fc.option(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }).map(String));
export const anyHost = fc.constantFrom('10.77.0.2', 'arbiter.example.net', 'fd00::2', '::ffff:10.77.0.2');
export const anyAlgorithm = fc.constantFrom<Algorithm>('test', 'ffsplit', '2nodelms', 'lms');
export const anyTieBreaker: fc.Arbitrary<TieBreaker> = fc.oneof(
  fc.constantFrom('lowest' as const, 'highest' as const),
  anyNodeId,
);
export const anyHeuristics = fc.constantFrom<Heuristics>('undefined', 'pass', 'fail');
const anyTime = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2999-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 19));

/** A timer that does not run cannot cast, a session without TLS has sent no certificate. */
const pair = <Key extends string, More extends string>(key: Key, more: More) =>
  fc
    .constantFrom([false, false], [true, false], [true, true])
    .map(([a, b]) => ({ [key]: a, [more]: b }) as Record<Key | More, boolean>);

const anyConnection: fc.Arbitrary<Pick<Net, 'state' | 'tlsActive' | 'connectedSince' | 'echoReplyReceived'>> = fc.oneof(
  fc.record({
    state: fc.constantFrom('connecting' as const, 'connect-failed' as const, 'disconnected' as const),
    tlsActive: fc.constant(null),
    connectedSince: fc.constant(null),
    echoReplyReceived: fc.constant(null),
  }),
  fc.record({
    state: fc.constantFrom('connected' as const, 'disconnected' as const),
    tlsActive: pair('active', 'certificateSent'),
    connectedSince: fc.option(anyTime),
    echoReplyReceived: fc.option(anyTime),
  }),
);

const anySettings = fc.record({
  clusterName: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$/),
  host: anyHost,
  port: anyPort,
  forceIpVersion: fc.constantFrom(null, 4, 6),
  connectTimeoutMs: u32,
  heartbeatMs: u32,
  voteTimerIntervalMs: u32,
  tls: fc.constantFrom<Net['tls']>('unsupported', 'supported', 'required'),
  algorithm: anyAlgorithm,
  tieBreaker: anyTieBreaker,
  keepActivePartitionTieBreaker: fc.constantFrom<Net['keepActivePartitionTieBreaker'][]>(
    null,
    'enabled',
    'disabled',
    'unsupported-by-qnetd',
    'hard-coded',
    'unsupported-by-algorithm',
  ),
  pollTimer: pair('running', 'castVote'),
});

const anyResult = fc.record({
  result: anyHeuristics,
  regular: anyHeuristics,
  membership: anyHeuristics,
  connect: anyHeuristics,
});

const anyDaemon = fc.record({
  model: fc.constant('Net' as const),
  nodeId: anyNodeId,
  heartbeatMs: u32,
  syncHeartbeatMs: u32,
  configVersion: anyConfigVersion,
  configuredNodes: fc.array(
    fc.record({ nodeId: anyNodeId, dataCenterId: fc.option(fc.integer({ min: 1, max: 0xffff_ffff })) }),
    { maxLength: 5 },
  ),
  heuristics: fc.constantFrom<QdeviceStatus['heuristics']>('disabled', 'enabled', 'sync', 'undefined'),
  ringId: anyRingId,
  membership: fc.array(anyNodeId, { maxLength: 5 }),
  quorate: fc.boolean(),
  quorumNodes: fc.array(
    fc.record({ nodeId: anyNodeId, state: fc.constantFrom('member' as const, 'dead' as const, 'leaving' as const) }),
    { maxLength: 5 },
  ),
  expectedVotes: u32,
  lastPoll: fc.option(fc.record({ at: anyTime, castVote: fc.boolean() })),
});

/** Any status that the daemon can print; the result of heuristics stands exactly when they run. */
export const anyQdeviceStatus: fc.Arbitrary<QdeviceStatus> = fc
  .tuple(anyDaemon, anySettings, anyConnection, anyResult)
  .map(([daemon, settings, connection, result]) => {
    const heuristicsResult = daemon.heuristics === 'enabled' || daemon.heuristics === 'sync' ? result : null;
    return { ...daemon, net: { ...settings, ...connection, heuristicsResult } };
  });
