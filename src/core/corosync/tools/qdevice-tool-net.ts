import type { LineReader } from './line-reader.ts';
import { endpoint, localTime, milliseconds, oneOf, printableText, type Printed } from './printed-values.ts';
import type { QdeviceStatus } from './qdevice-tool.ts';
import { algorithm, heuristicsResult, tieBreaker, tlsSupport } from './qnetd-words.ts';

type Net = QdeviceStatus['net'];

/** A line of 3.0.1 and later. */
const keepActivePartitionTieBreaker = oneOf({
  Enabled: 'enabled',
  Disabled: 'disabled',
  'Unsupported by QNetd': 'unsupported-by-qnetd',
  'Algorithm hard-coded': 'hard-coded',
  'Unsupported by algorithm': 'unsupported-by-algorithm',
} as const);

const pollTimer = oneOf<Net['pollTimer']>({
  No: { running: false, castVote: false },
  Yes: { running: true, castVote: false },
  'Yes (cast vote)': { running: true, castVote: true },
});

const state = oneOf({
  Connected: 'connected',
  Connecting: 'connecting',
  'Connect failed': 'connect-failed',
  Disconnected: 'disconnected',
} as const);

const tlsActive = oneOf<NonNullable<Net['tlsActive']>>({
  No: { active: false, certificateSent: false },
  Yes: { active: true, certificateSent: false },
  'Yes (client certificate sent)': { active: true, certificateSent: true },
});

/** `Pass (regular: Pass, membership: Undefined, connect: Pass)` */
const heuristicsLine: Printed<NonNullable<Net['heuristicsResult']>> = (text) => {
  const parts = /^([A-Z][a-z]+) \(regular: ([A-Z][a-z]+), membership: ([A-Z][a-z]+), connect: ([A-Z][a-z]+)\)$/.exec(
    text,
  );
  const [result, regular, membership, connect] = (parts ?? []).slice(1).map(heuristicsResult);
  if (result === undefined || regular === undefined || membership === undefined || connect === undefined)
    return undefined;
  return { result, regular, membership, connect };
};

type Connection = Pick<Net, 'tlsActive' | 'connectedSince' | 'echoReplyReceived'>;

/**
 * These lines follow while qnetd has the session in its steady state: always with "Connected", and also with
 * "Disconnected", which only means that the daemon has decided to hang up (`add_state` and `add_tls_state`).
 */
const readConnection = (lines: LineReader, printedState: Net['state']): Connection => {
  const follows = printedState === 'connected' || (printedState === 'disconnected' && lines.peek() !== null);
  if (!follows) return { tlsActive: null, connectedSince: null, echoReplyReceived: null };
  return {
    tlsActive: lines.field('TLS active:\t\t', tlsActive),
    connectedSince: lines.optionalField('Connected since:\t', localTime),
    echoReplyReceived: lines.optionalField('Echo reply received:\t', localTime),
  };
};

const readSettings = (lines: LineReader) => ({
  clusterName: lines.field('Cluster name:\t\t', printableText),
  ...lines.field('QNetd host:\t\t', endpoint),
  forceIpVersion: lines.optionalField('Force IP version:\t', oneOf({ 4: 4, 6: 6 })),
  connectTimeoutMs: lines.field('Connect timeout:\t', milliseconds),
  heartbeatMs: lines.field('HB interval:\t\t', milliseconds),
  voteTimerIntervalMs: lines.field('VQ vote timer interval:\t', milliseconds),
  tls: lines.field('TLS:\t\t\t', tlsSupport),
  algorithm: lines.field('Algorithm:\t\t', algorithm),
  tieBreaker: lines.field('Tie-breaker:\t\t', tieBreaker),
  keepActivePartitionTieBreaker: lines.optionalField('KAP Tie-breaker:\t', keepActivePartitionTieBreaker),
});

/**
 * Reads the second half of `corosync-qdevice-tool -sv`, which model net prints (qdevices/qdevice-net-ipc-cmd.c). A
 * certificate that qnetd refuses shows as "Connecting" for ever: only qnetd's journal knows why.
 * @param heuristicsRun whether heuristics are on, in which case their result is printed
 * @throws Unreadable
 */
export const readNetStatus = (lines: LineReader, heuristicsRun: boolean): Net => {
  lines.literally('Qdevice-net information', '----------------------');
  const settings = readSettings(lines);
  const timer = lines.field('Poll timer running:\t', pollTimer);
  const printedState = lines.field('State:\t\t\t', state);
  const result = heuristicsRun ? lines.field('Heuristics result:\t', heuristicsLine) : null;
  const connection = readConnection(lines, printedState);
  return { ...settings, pollTimer: timer, state: printedState, heuristicsResult: result, ...connection };
};
