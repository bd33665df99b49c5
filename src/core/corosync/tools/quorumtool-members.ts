import { nodeId, type NodeId } from '../../names.ts';
import { refuseWhole, type LineReader } from './line-reader.ts';
import { hexadecimalU32, oneOf, printableOrNothing, splitRemark, u32, type Printed } from './printed-values.ts';
import type { DeviceColumn, QuorumMember, QuorumStatus } from './quorumtool.ts';

/** How node ids are printed: alone on their line, and as the first column of the table. */
interface IdFormat {
  readonly alone: Printed<NodeId>;
  readonly column: Printed<number>;
}

/** A column is 10 characters wide, right-aligned, and followed by a blank (`print_string_padded`). */
const COLUMN = 11;
const LOCAL = ' (local)';

const padded =
  <T>(value: Printed<T>): Printed<T> =>
  (text) => {
    const trimmed = text.trimStart().slice(0, -1);
    return text === `${trimmed.padStart(COLUMN - 1)} ` ? value(trimmed) : undefined;
  };

const nodeIdFrom =
  (value: Printed<number>): Printed<NodeId> =>
  (text) =>
    nodeId(value(text) ?? 0) ?? undefined;

/** As printed without `-H`. */
export const decimalIds: IdFormat = { alone: nodeIdFrom(u32), column: padded(u32) };
/** As printed with `-H`. */
export const hexadecimalIds: IdFormat = { alone: nodeIdFrom(hexadecimalU32), column: padded(hexadecimalU32) };

const registered = (text: string): readonly [string, DeviceColumn][] =>
  text.split(' ').map((flags) => {
    const [alive, cast, masterWins] = flags.split(',');
    return [flags, { alive: alive === 'A', cast: cast === 'V', masterWins: masterWins === 'MW' }];
  });

/** Alive or not, voting or not, master wins or not; or NR. */
const deviceColumn: Printed<DeviceColumn> = oneOf<DeviceColumn>({
  NR: 'not-registered',
  ...Object.fromEntries(registered('A,V,MW A,V,NMW A,NV,MW A,NV,NMW NA,V,MW NA,V,NMW NA,NV,MW NA,NV,NMW')),
});

/**
 * A name as nodelist.node.name or getnameinfo(3) gives it, without what `corosync-quorumtool -X` of corosync after 3.1.10
 * puts behind it in square brackets. Empty when corosync did not know an address (`node_name`).
 */
const memberName: Printed<string> = (text) => {
  const extra = text.endsWith(']') ? text.indexOf(' [') : -1;
  const name = extra < 0 ? text : text.slice(0, extra);
  return name.endsWith(LOCAL) ? undefined : printableOrNothing(name);
};

const memberRow =
  (ids: IdFormat, hasDevice: boolean, ownId: NodeId): Printed<QuorumMember> =>
  (row) => {
    const id = nodeId(ids.column(row.slice(0, COLUMN)) ?? 0);
    const votes = padded(u32)(row.slice(COLUMN, 2 * COLUMN));
    const device = hasDevice ? padded(deviceColumn)(row.slice(2 * COLUMN, 3 * COLUMN)) : null;
    const rest = row.slice((hasDevice ? 3 : 2) * COLUMN);
    const local = id === ownId;
    if (local && !rest.endsWith(LOCAL)) return undefined;
    const name = memberName(local ? rest.slice(0, -LOCAL.length) : rest);
    if (id === null || votes === undefined || device === undefined || name === undefined) return undefined;
    return { nodeId: id, votes, device, name, local };
  };

type Device = NonNullable<QuorumStatus['device']>;

/** The last row: id 0, the votes cast here, an empty column, the device's name; its votes in brackets when not cast here. */
const deviceRow =
  (ids: IdFormat): Printed<Device> =>
  (row) => {
    const votes = padded(u32)(row.slice(COLUMN, 2 * COLUMN));
    const [text, remark] = splitRemark(row.slice(3 * COLUMN));
    const name = printableOrNothing(text);
    const configured = remark?.startsWith('votes ') ? u32(remark.slice('votes '.length)) : undefined;
    if (ids.column(row.slice(0, COLUMN)) !== 0 || votes === undefined || name === undefined) return undefined;
    if (row.slice(2 * COLUMN, 3 * COLUMN) !== ' '.repeat(COLUMN)) return undefined;
    if (remark === null) return { votes, configuredVotes: null, name };
    return configured === undefined || votes !== 0 ? undefined : { votes, configuredVotes: configured, name };
  };

/** The row is printed when any member has the device registered, and its brackets say what the local member's `V` says. */
const deviceFits = (members: readonly QuorumMember[], device: Device | null): boolean => {
  const isRegistered = members.some((member) => member.device !== null && member.device !== 'not-registered');
  if (device === null || !isRegistered) return device === null && !isRegistered;
  const own = members.find((member) => member.local)?.device ?? 'not-registered';
  return own === 'not-registered' || own.cast === (device.configuredVotes === null);
};

const checkMembers = (members: readonly QuorumMember[], ownId: NodeId): void => {
  if (new Set(members.map((member) => member.nodeId)).size < members.length) refuseWhole('one row for each node id');
  if (members.length > 0 && !members.some((member) => member.local)) refuseWhole(`a row of node ${ownId} itself`);
};

/**
 * Reads the table of members to the end of the output (`display_nodes_data`).
 * @param ownId the node that was asked; when there are rows, exactly its row is marked `(local)`
 * @throws Unreadable
 */
export const readMembershipTable = (
  lines: LineReader,
  ids: IdFormat,
  ownId: NodeId,
): Pick<QuorumStatus, 'members' | 'device'> => {
  lines.literally('', 'Membership information', '----------------------');
  const hasDevice = lines.nextStartsWith('    Nodeid      Votes    Qdevice Name');
  lines.literally(`    Nodeid      Votes ${hasDevice ? '   Qdevice ' : ''}Name`);
  const isDevice = (row: string): boolean => ids.column(row.slice(0, COLUMN)) === 0;
  const members: QuorumMember[] = [];
  let device: Device | null = null;
  for (let row = lines.peek(); row !== null; row = lines.peek()) {
    if (device !== null) lines.refuse('nothing after the row of the device');
    if (isDevice(row)) device = lines.line('the row of the device', deviceRow(ids));
    else members.push(lines.line('a member of the cluster', memberRow(ids, hasDevice, ownId)));
  }
  checkMembers(members, ownId);
  if (!deviceFits(members, device)) refuseWhole('a row of the device that fits the flags of the members');
  return { members, device };
};
