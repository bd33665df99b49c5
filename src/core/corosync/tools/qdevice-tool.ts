import type { NodeId } from '../../names.ts';
import type { LineReader } from './line-reader.ts';
import {
  commaSeparated,
  decimalNodeId,
  localTime,
  milliseconds,
  oneOf,
  ringId,
  u32,
  u64Text,
  yesOrNo,
  type Printed,
} from './printed-values.ts';
import { readNetStatus } from './qdevice-tool-net.ts';
import type { Algorithm, Heuristics, TieBreaker } from './qnetd-tool.ts';
import { cannotConnect } from './socket-tool.ts';
import { strictTool } from './strict-tool.ts';
import type { RingId, Tool } from './tool.ts';

/** `corosync-qdevice-tool -sv`: what the device daemon on one node says of itself. */
export interface QdeviceStatus {
  readonly model: 'Net';
  readonly nodeId: NodeId;
  readonly heartbeatMs: number;
  readonly syncHeartbeatMs: number;
  readonly configVersion: string | null;
  readonly configuredNodes: readonly { readonly nodeId: NodeId; readonly dataCenterId: number | null }[];
  readonly heuristics: 'disabled' | 'enabled' | 'sync' | 'undefined';
  readonly ringId: RingId;
  readonly membership: readonly NodeId[];
  readonly quorate: boolean;
  readonly quorumNodes: readonly { readonly nodeId: NodeId; readonly state: 'member' | 'dead' | 'leaving' }[];
  readonly expectedVotes: number;
  readonly lastPoll: { readonly at: string; readonly castVote: boolean } | null;
  readonly net: {
    readonly clusterName: string;
    readonly host: string;
    readonly port: number;
    readonly forceIpVersion: number | null;
    readonly connectTimeoutMs: number;
    readonly heartbeatMs: number;
    readonly voteTimerIntervalMs: number;
    readonly tls: 'unsupported' | 'supported' | 'required';
    readonly algorithm: Algorithm;
    readonly tieBreaker: TieBreaker;
    readonly keepActivePartitionTieBreaker:
      'enabled' | 'disabled' | 'unsupported-by-qnetd' | 'hard-coded' | 'unsupported-by-algorithm' | null;
    readonly pollTimer: { readonly running: boolean; readonly castVote: boolean };
    readonly state: 'connected' | 'connecting' | 'connect-failed' | 'disconnected';
    readonly heuristicsResult: {
      readonly result: Heuristics;
      readonly regular: Heuristics | null;
      readonly membership: Heuristics | null;
      readonly connect: Heuristics | null;
    } | null;
    readonly tlsActive: { readonly active: boolean; readonly certificateSent: boolean } | null;
    readonly connectedSince: string | null;
    readonly echoReplyReceived: string | null;
  };
}

const heuristicsMode = oneOf({
  Disabled: 'disabled',
  Enabled: 'enabled',
  'Enabled only on sync': 'sync',
  Undefined: 'undefined',
} as const);

const nodeState = oneOf({ member: 'member', dead: 'dead', leaving: 'leaving' } as const);

/** `1`, or nothing at all before the first membership. */
const membership: Printed<readonly NodeId[]> = (text) => (text === '' ? [] : commaSeparated(decimalNodeId)(text));

const lastPoll: Printed<QdeviceStatus['lastPoll'] | 'never'> = (text) => {
  if (text === 'Never') return 'never';
  const castVote = text.endsWith(' (cast vote)');
  const at = localTime(castVote ? text.slice(0, -' (cast vote)'.length) : text);
  return at === undefined ? undefined : { at, castVote };
};

/** `0<tab>Node ID = 1` and what follows: the numbers before the tab are the daemon's own indexes and only checked. */
const listed =
  <T>(member: Printed<T>): Printed<T> =>
  (text) => {
    const tab = text.indexOf('\tNode ID = ');
    return u32(text.slice(0, Math.max(tab, 0))) === undefined
      ? undefined
      : member(text.slice(tab + '\tNode ID = '.length));
  };

const configuredNode: Printed<QdeviceStatus['configuredNodes'][number]> = (text) => {
  const [id = '', dataCenter] = text.split(', Data center ID = ', 2);
  const nodeId = decimalNodeId(id);
  const dataCenterId = dataCenter === undefined ? null : u32(dataCenter);
  return nodeId === undefined || dataCenterId === undefined ? undefined : { nodeId, dataCenterId };
};

const quorumNode: Printed<QdeviceStatus['quorumNodes'][number]> = (text) => {
  const [id = '', printedState = ''] = text.split(', State = ', 2);
  const nodeId = decimalNodeId(id);
  const state = nodeState(printedState);
  return nodeId === undefined || state === undefined ? undefined : { nodeId, state };
};

/** A list with its heading; the index of a node may skip a number, where votequorum lists the device itself as node 0. */
const readList = <T>(lines: LineReader, heading: string, member: Printed<T>): readonly T[] => {
  lines.literally(heading);
  return lines.fields('    ', listed(member));
};

const readStatus = (lines: LineReader): QdeviceStatus => {
  lines.literally('Qdevice information', '-------------------');
  const daemon = {
    model: lines.field('Model:\t\t\t', oneOf({ Net: 'Net' } as const)),
    nodeId: lines.field('Node ID:\t\t', decimalNodeId),
    heartbeatMs: lines.field('HB interval:\t\t', milliseconds),
    syncHeartbeatMs: lines.field('Sync HB interval:\t', milliseconds),
    configVersion: lines.optionalField('Configuration version:\t', u64Text),
    configuredNodes: readList(lines, 'Configured node list:', configuredNode),
    heuristics: lines.field('Heuristics:\t\t', heuristicsMode),
    ringId: lines.field('Ring ID:\t\t', ringId),
    membership: lines.field('Membership node list:\t', membership),
    quorate: lines.field('Quorate:\t\t', yesOrNo),
    quorumNodes: readList(lines, 'Quorum node list:', quorumNode),
    expectedVotes: lines.field('Expected votes:\t\t', u32),
  };
  const polled = lines.field('Last poll call:\t\t', lastPoll);
  lines.literally('');
  const heuristicsRun = daemon.heuristics === 'enabled' || daemon.heuristics === 'sync';
  return { ...daemon, lastPoll: polled === 'never' ? null : polled, net: readNetStatus(lines, heuristicsRun) };
};

/**
 * What the device daemon on one node says of itself. Exit codes: 0 answered, 1 usage, 2 internal error, 3 no
 * connection, 4 the daemon answered with an error (qdevices/corosync-qdevice-tool.c). Understands corosync-qdevice
 * 3.0.0 to 3.0.4 and that of corosync 2.4.3 to 2.4.6; before 2.4.3 there were no heuristics, and the output is unknown.
 */
export const qdeviceTool: Tool<QdeviceStatus> = strictTool({
  code: 'qdevice',
  command: ['corosync-qdevice-tool', '-sv'],
  daemon: 'corosync-qdevice',
  hungCode: 'qdevice_hung',
  saysDown: cannotConnect("Can't connect to QDevice socket (is QDevice running?)"),
  exitCodes: [0],
  read: readStatus,
});
