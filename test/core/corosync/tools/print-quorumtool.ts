import fc from 'fast-check';
import type { NodeId } from '../../../../src/core/names.ts';
import type {
  DeviceColumn,
  QuorumFlag,
  QuorumMember,
  QuorumStatus,
} from '../../../../src/core/corosync/tools/quorumtool.ts';
import type { RingId } from '../../../../src/core/corosync/tools/tool.ts';

/** The forms in which versions and options of `corosync-quorumtool -s` differ. */
export interface QuorumtoolFormat {
  readonly hexadecimalIds: boolean;
  /** Up to corosync 3.0.2. */
  readonly decimalRingId: boolean;
  /** Up to corosync 3.0.1: the exit code is 1 when quorate. */
  readonly quorateIsExitCode1: boolean;
}

const FLAGS: readonly QuorumFlag[] = [
  '2Node',
  'Quorate',
  'WaitForAll',
  'LastManStanding',
  'AutoTieBreaker',
  'AllowDownscale',
  'Qdevice',
];

const hex = (value: number, digits = 0): string => value.toString(16).padStart(digits, '0');
const printId = (id: number, format: QuorumtoolFormat): string => (format.hexadecimalIds ? `0x${hex(id, 8)}` : `${id}`);
const column = (text: string): string => `${text.padStart(10)} `;

const printRing = (ring: RingId, format: QuorumtoolFormat): string =>
  format.decimalRingId
    ? `${ring.representative | 0}/${BigInt(`0x${ring.sequence}`)}`
    : `${hex(ring.representative)}.${ring.sequence}`;

const printDeviceColumn = (device: DeviceColumn): string =>
  device === 'not-registered'
    ? 'NR'
    : [device.alive ? 'A' : 'NA', device.cast ? 'V' : 'NV', device.masterWins ? 'MW' : 'NMW'].join();

const printMember = (member: QuorumMember, format: QuorumtoolFormat): string =>
  column(printId(member.nodeId, format)) +
  column(`${member.votes}`) +
  (member.device === null ? '' : column(printDeviceColumn(member.device))) +
  member.name +
  (member.local ? ' (local)' : '');

const printDevice = ({ votes, name, configuredVotes }: NonNullable<QuorumStatus['device']>, format: QuorumtoolFormat) =>
  `${column(printId(0, format))}${column(`${votes}`)}           ${name}` +
  (configuredVotes === null ? '' : ` (votes ${configuredVotes})`);

/** Writes a status as the tool would; `columns` says whether the table has the column Qdevice when no row tells. */
export const printQuorumStatus = (status: QuorumStatus, format: QuorumtoolFormat, deviceColumn?: boolean): string => {
  const hasColumn = deviceColumn ?? status.members.some((member) => member.device !== null);
  return [
    'Quorum information',
    '------------------',
    'Date:             Sun Nov 23 01:02:03 2025',
    `Quorum provider:  ${status.provider}`,
    `Nodes:            ${status.nodeCount}`,
    `Node ID:          ${printId(status.nodeId, format)}`,
    `Ring ID:          ${printRing(status.ringId, format)}`,
    `Quorate:          ${status.quorate ? 'Yes' : 'No'}`,
    '',
    'Votequorum information',
    '----------------------',
    `Expected votes:   ${status.expectedVotes}`,
    `Highest expected: ${status.highestExpected}`,
    `Total votes:      ${status.totalVotes}`,
    `Quorum:           ${status.quorum} ${status.activityBlocked ? 'Activity blocked' : ' '}`,
    `Flags:            ${status.flags.map((flag) => `${flag} `).join('')}`,
    '',
    'Membership information',
    '----------------------',
    `    Nodeid      Votes ${hasColumn ? '   Qdevice ' : ''}Name`,
    ...status.members.map((member) => printMember(member, format)),
    ...(status.device === null ? [] : [printDevice(status.device, format)]),
    '',
  ].join('\n');
};

export const quorumtoolExitCode = (quorate: boolean, format: QuorumtoolFormat): number =>
  format.quorateIsExitCode1 ? Number(quorate) : quorate ? 0 : 2;

const int = fc.integer({ min: 0, max: 0x7fff_ffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
export const anyNodeId = fc.oneof(
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 0xffff_ffff }),
) as fc.Arbitrary<NodeId>;
export const anyRingId: fc.Arbitrary<RingId> = fc.record({
  representative: u32,
  sequence: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }).map((value) => value.toString(16)),
});

export const anyQuorumtoolFormat: fc.Arbitrary<QuorumtoolFormat> = fc
  .record({ hexadecimalIds: fc.boolean(), decimalRingId: fc.boolean(), quorateIsExitCode1: fc.boolean() })
  .map((format) => ({ ...format, quorateIsExitCode1: format.quorateIsExitCode1 && format.decimalRingId }));

const anyName = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/),
  fc.constantFrom('', '10.77.1.1', 'fd00::1', 'duo-1, 10.77.1.1', 'größe'),
);
const anyDevice: fc.Arbitrary<DeviceColumn> = fc.oneof(
  fc.constant('not-registered' as const),
  fc.record({ alive: fc.boolean(), cast: fc.boolean(), masterWins: fc.boolean() }),
);

/** Fills the device's row and column in so that they fit each other, as the tool prints them from one source. */
const withDevice = (
  rows: readonly { nodeId: NodeId; votes: number; device: DeviceColumn; name: string }[],
  localIndex: number,
  hasColumn: boolean,
  deviceVotes: number,
): Pick<QuorumStatus, 'members' | 'device'> => {
  const members = rows.map((row, index) => ({
    ...row,
    device: hasColumn ? row.device : null,
    local: index === localIndex,
  }));
  const own = members[localIndex]?.device ?? null;
  const registered = members.some(({ device }) => device !== null && device !== 'not-registered');
  if (!registered) return { members, device: null };
  const cast = own !== null && own !== 'not-registered' && own.cast;
  const device = cast
    ? { votes: deviceVotes, configuredVotes: null, name: 'Qdevice' }
    : { votes: 0, configuredVotes: deviceVotes, name: 'Qdevice' };
  return { members, device };
};

const anyTable = fc
  .record({
    rows: fc.uniqueArray(fc.record({ nodeId: anyNodeId, votes: u32, device: anyDevice, name: anyName }), {
      selector: (row) => row.nodeId,
      maxLength: 5,
    }),
    local: fc.nat(),
    hasColumn: fc.boolean(),
    deviceVotes: int,
    idAlone: anyNodeId,
  })
  .map(({ rows, local, hasColumn, deviceVotes, idAlone }) => {
    const localIndex = rows.length === 0 ? -1 : local % rows.length;
    const nodeId = rows[localIndex]?.nodeId ?? idAlone;
    return { ...withDevice(rows, localIndex, hasColumn, deviceVotes), nodeId, nodeCount: rows.length };
  });

/** Any status that the tool can print, however unlikely: also quorate without the flag, flags without the row. */
export const anyQuorumStatus: fc.Arbitrary<QuorumStatus> = fc
  .record({
    table: anyTable,
    ringId: anyRingId,
    quorate: fc.boolean(),
    expectedVotes: int,
    highestExpected: int,
    totalVotes: int,
    quorum: int,
    flags: fc.subarray([...FLAGS]),
  })
  .map(({ table, ...rest }) => ({
    provider: 'corosync_votequorum',
    ...rest,
    activityBlocked: !rest.flags.includes('Quorate'),
    ...table,
  }));
