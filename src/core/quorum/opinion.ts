import type { QdeviceStatus } from '../corosync/tools/qdevice-tool.ts';
import type { Vote, QnetdClient } from '../corosync/tools/qnetd-tool.ts';
import type { QuorumMember, QuorumStatus } from '../corosync/tools/quorumtool.ts';
import type { Device } from './arithmetic.ts';

export type Opinion = 'quorate' | 'inquorate' | 'unclear';

/**
 * Whether a node holds itself quorate. quorumtool prints it three times (`Quorate:`, `Activity blocked`, the flag
 * `Quorate`), asked one after another: in a transition they differ ("Quorate: No" beside the flag Quorate was measured
 * on Debian 12). Then it is unclear.
 */
export const opinionOf = ({ quorate, activityBlocked, flags }: QuorumStatus): Opinion => {
  const flagged = flags.includes('Quorate');
  if (quorate && flagged && !activityBlocked) return 'quorate';
  return !quorate && !flagged ? 'inquorate' : 'unclear';
};

/** The node's own row of its membership table. */
export const ownRow = (status: QuorumStatus): QuorumMember | undefined =>
  status.members.find((member) => member.nodeId === status.nodeId);

/** What a row says of a node's device: registered at all, and the vote cast for it. */
export type RowVote = 'cast' | 'not-cast' | 'not-registered';

export const rowVote = (row: QuorumMember): RowVote => {
  if (row.device === null || row.device === 'not-registered') return 'not-registered';
  return row.device.alive && row.device.cast ? 'cast' : 'not-cast';
};

/**
 * Whether the device's votes are really counted on this node. The flags `A,V` outlast the vote after a reload without
 * the device (measured on Debian 12), so the device's own row must hold the votes too, and the total be its members' votes and
 * those, no less and no more: a figure that does not add up is not what corosync prints.
 */
export const countsDeviceVotes = (status: QuorumStatus, device: Device): boolean => {
  const row = ownRow(status);
  const nodeVotes = status.members.reduce((sum, member) => sum + member.votes, 0);
  return (
    row !== undefined &&
    rowVote(row) === 'cast' &&
    status.device?.votes === device.votes &&
    status.totalVotes === nodeVotes + device.votes
  );
};

/** A device daemon that says itself connected. Without this an `A,V` may be minutes old. */
export const isConnected = (daemon: QdeviceStatus): boolean => daemon.net.state === 'connected';

export type EffectiveVote = 'ack' | 'nack' | 'undecided';

const DECIDED: readonly Vote[] = ['ack', 'nack', 'noChange'];

/**
 * The vote that stands for a client. "No change (ACK)" is the steady state and means ACK; "Wait for reply (ACK)" and
 * "Ask later (ACK)" only remember it: qnetd is about to decide anew (corosync-qdevice, `qnetd-ipc-cmd.c` and
 * `qnetd-algo-ffsplit.c`), so it is undecided.
 */
export const effectiveVote = ({ vote }: QnetdClient): EffectiveVote =>
  vote !== null && DECIDED.includes(vote.sent) ? (vote.stands ?? 'undecided') : 'undecided';
