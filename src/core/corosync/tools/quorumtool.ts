import type { NodeId } from '../../names.ts';
import { refuseWhole, type LineReader } from './line-reader.ts';
import { decimalRingId, oneOf, positiveInt, printableText, ringId, yesOrNo, type Printed } from './printed-values.ts';
import { decimalIds, hexadecimalIds, readMembershipTable } from './quorumtool-members.ts';
import { strictTool } from './strict-tool.ts';
import type { RingId, Tool, ToolOutput } from './tool.ts';

export type QuorumFlag =
  '2Node' | 'Quorate' | 'WaitForAll' | 'LastManStanding' | 'AutoTieBreaker' | 'AllowDownscale' | 'Qdevice';

/** One node's device column: registered with its three flags, or `not-registered` (printed NR). */
export type DeviceColumn =
  { readonly alive: boolean; readonly cast: boolean; readonly masterWins: boolean } | 'not-registered';

export interface QuorumMember {
  readonly nodeId: NodeId;
  readonly votes: number;
  /** null where the table has no Qdevice column: no node has a device registered. */
  readonly device: DeviceColumn | null;
  readonly name: string;
  readonly local: boolean;
}

/**
 * `corosync-quorumtool -s`: one node's view. Only current members are listed; a node that is away is absent.
 * `quorate` is the line "Quorate:", and `flags` the line "Flags:". The tool asks for them one after the other, so that
 * while a membership forms they may differ, the device may be a flag without a row, and the votes of the old members may
 * still stand beside the new total (measured on Debian 12). That is what was printed; whoever judges must look again.
 */
export interface QuorumStatus {
  readonly provider: string;
  readonly nodeCount: number;
  readonly nodeId: NodeId;
  readonly ringId: RingId;
  readonly quorate: boolean;
  readonly expectedVotes: number;
  readonly highestExpected: number;
  readonly totalVotes: number;
  readonly quorum: number;
  readonly activityBlocked: boolean;
  readonly flags: readonly QuorumFlag[];
  readonly members: readonly QuorumMember[];
  /** The row with node id 0. `votes` are those cast now; `configuredVotes` stands when the row says "(votes n)". */
  readonly device: { readonly votes: number; readonly configuredVotes: number | null; readonly name: string } | null;
}

/** In the order in which `display_quorum_data` prints them. */
const FLAGS: readonly QuorumFlag[] = [
  '2Node',
  'Quorate',
  'WaitForAll',
  'LastManStanding',
  'AutoTieBreaker',
  'AllowDownscale',
  'Qdevice',
];

/** The services of corosync that the tool connects to before it asks anything; with the spelling of `init_all`. */
const CANNOT_CONNECT = [
  'Cannot initialize CMAP service',
  'Cannot initialize QUORUM service',
  'Cannot initialise CFG service',
  'Cannot initialise VOTEQUORUM service',
];

/** Each flag is followed by one blank. */
const flagList: Printed<readonly QuorumFlag[]> = (text) => {
  const printed = text.split(' ');
  if (printed.pop() !== '') return undefined;
  const flags = FLAGS.filter((flag) => printed.includes(flag));
  return flags.join(' ') === printed.join(' ') ? flags : undefined;
};

const activity = oneOf({ ' ': false, 'Activity blocked': true });

/** `2  ` or `2 Activity blocked` */
const quorumLine: Printed<{ readonly quorum: number; readonly activityBlocked: boolean }> = (text) => {
  const blank = text.indexOf(' ');
  const quorum = positiveInt(text.slice(0, Math.max(blank, 0)));
  const activityBlocked = activity(text.slice(blank + 1));
  return quorum === undefined || activityBlocked === undefined ? undefined : { quorum, activityBlocked };
};

/** ctime(3), which knows no locale. */
const ctime: Printed<string> = (text) =>
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ 1-3][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}$/.test(text) ? text : undefined;

/**
 * Both lines "Quorate:" and exit code come from one variable, so a pair that the tool cannot make means that one of
 * them is not the tool's. From 3.0.2 on it ends with 0 when quorate and with 2 when not; before, it returned the
 * variable itself: 1 and 0. Those old versions print the ring id in decimal, as 3.0.2 still does (`show_status`).
 */
const exitCodeFits = (exitCode: number, quorate: boolean, ringIdIsDecimal: boolean): boolean =>
  exitCode === (quorate ? 0 : 2) || (ringIdIsDecimal && exitCode === (quorate ? 1 : 0));

const readVotes = (lines: LineReader) => {
  lines.literally('', 'Votequorum information', '----------------------');
  const expectedVotes = lines.field('Expected votes:   ', positiveInt);
  const highestExpected = lines.field('Highest expected: ', positiveInt);
  const totalVotes = lines.field('Total votes:      ', positiveInt);
  const { quorum, activityBlocked } = lines.field('Quorum:           ', quorumLine);
  const flags = lines.field('Flags:            ', flagList);
  if (activityBlocked === flags.includes('Quorate')) refuseWhole('"Activity blocked" only without the flag Quorate');
  return { expectedVotes, highestExpected, totalVotes, quorum, activityBlocked, flags };
};

/**
 * Reads what `corosync-quorumtool -s` prints, from its first line to its last, node ids in decimal or (`-H`) in
 * hexadecimal. Understands corosync 2.4 to 3.1, ring ids in decimal up to 3.0.2 (tools/corosync-quorumtool.c).
 * @throws Unreadable
 */
export const readQuorumStatus = (lines: LineReader, exitCode: number): QuorumStatus => {
  lines.literally('Quorum information', '------------------');
  lines.field('Date:             ', ctime);
  const provider = lines.field('Quorum provider:  ', printableText);
  const nodeCount = lines.field('Nodes:            ', positiveInt);
  const ids = lines.nextStartsWith('Node ID:          0x') ? hexadecimalIds : decimalIds;
  const nodeId = lines.field('Node ID:          ', ids.alone);
  const ringIdIsDecimal = lines.peek()?.includes('/') ?? false;
  const ring = lines.field('Ring ID:          ', ringIdIsDecimal ? decimalRingId : ringId);
  const quorate = lines.field('Quorate:          ', yesOrNo);
  if (!exitCodeFits(exitCode, quorate, ringIdIsDecimal)) refuseWhole(`not exit code ${exitCode} with this "Quorate:"`);
  const votes = readVotes(lines);
  const table = readMembershipTable(lines, ids, nodeId);
  if (table.members.length !== nodeCount) refuseWhole(`as many rows as "Nodes:" says, ${nodeCount}`);
  return { provider, nodeCount, nodeId, ringId: ring, quorate, ...votes, ...table };
};

/**
 * True when the tool could not connect to corosync; said on stderr, with exit code 1, before any other output. It says
 * the same to a user who may not ask corosync (measured on Debian 12): ask as root, or this is no proof.
 */
export const corosyncIsDown = ({ exitCode, stderr }: ToolOutput): boolean =>
  exitCode === 1 && stderr.split('\n').some((line) => CANNOT_CONNECT.includes(line));

/**
 * What a node sees of its cluster's quorum. Exit codes: 0 quorate, 2 not quorate, 1 an error (up to corosync 3.0.1:
 * 1 quorate, 0 not quorate, 255 an error). Also reads what `-siH` prints.
 * "Unable to get node … info" in the output makes it unknown: the row of that node is then printed from memory that
 * was never filled (`display_nodes_data`).
 */
export const quorumtool: Tool<QuorumStatus> = strictTool({
  code: 'quorumtool',
  command: ['corosync-quorumtool', '-s'],
  daemon: 'corosync',
  hungCode: 'corosync_hung',
  saysDown: (output) => output.stdout === '' && corosyncIsDown(output),
  exitCodes: [0, 1, 2],
  read: readQuorumStatus,
});
