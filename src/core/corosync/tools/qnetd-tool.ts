import type { NodeId } from '../../names.ts';
import { readClusters } from './qnetd-list.ts';
import { readStatus } from './qnetd-status.ts';
import { cannotConnect } from './socket-tool.ts';
import { strictTool } from './strict-tool.ts';
import type { RingId, Tool } from './tool.ts';

export type Algorithm = 'test' | 'ffsplit' | '2nodelms' | 'lms';
/** What qnetd last sent to a client. */
export type Vote = 'ack' | 'nack' | 'askLater' | 'waitForReply' | 'noChange';
export type TieBreaker = 'lowest' | 'highest' | NodeId;
export type Heuristics = 'undefined' | 'pass' | 'fail';

/** `corosync-qnetd-tool -s -v` */
export interface QnetdStatus {
  /** `*` or the address given with `-l`. */
  readonly host: string;
  readonly port: number;
  readonly tls: 'unsupported' | 'supported' | 'required';
  readonly clientCertificateRequired: boolean;
  readonly connectedClients: number;
  readonly connectedClusters: number;
  readonly maximumClients: number | null;
  readonly maximumSendBytes: number;
  readonly maximumReceiveBytes: number;
}

/** One node's connection to qnetd. */
export interface QnetdClient {
  readonly nodeId: NodeId;
  readonly address: string;
  readonly port: number;
  readonly heartbeatMs: number;
  readonly configVersion: string | null;
  readonly configuredNodes: readonly NodeId[] | null;
  readonly ringId: RingId;
  readonly membership: readonly NodeId[] | null;
  readonly heuristics: Heuristics;
  readonly tls: { readonly active: boolean; readonly certificateVerified: boolean };
  /** Both lists and the vote are null between INIT and the first answer. `stands` is the value in brackets, or `sent` itself when that is ack or nack. */
  readonly vote: { readonly sent: Vote; readonly stands: 'ack' | 'nack' | null } | null;
}

/** One cluster of `corosync-qnetd-tool -l -v`. */
export interface QnetdCluster {
  /** As printed when `clusterName` allows it; else escaped, and then never equal to a name that is allowed. */
  readonly name: string;
  readonly algorithm: Algorithm;
  readonly keepActivePartitionTieBreaker: boolean;
  readonly tieBreaker: TieBreaker;
  readonly clients: readonly QnetdClient[];
}

/** What both commands share. Exit codes: 0 answered, 1 usage, 2 internal error, 3 no connection, 4 qnetd answered with an error (qdevices/corosync-qnetd-tool.c). */
const QNETD = {
  code: 'qnetd',
  daemon: 'corosync-qnetd',
  hungCode: 'qnetd_hung',
  saysDown: cannotConnect("Can't connect to qnetd socket (is QNetd running?)"),
  exitCodes: [0],
} as const;

/**
 * What qnetd says of itself (`qnetd_ipc_cmd_status`). Connected clients are all TCP connections, also those that never
 * said to which cluster they belong. "(client certificate required)" after "Supported" protects nobody: a client that
 * does not begin TLS is served without one (`qnetd_client_msg_received_check_tls`).
 */
export const qnetdStatusTool: Tool<QnetdStatus> = strictTool({
  ...QNETD,
  command: ['corosync-qnetd-tool', '-s', '-v'],
  read: readStatus,
});

/**
 * The clusters that are connected to qnetd, and the vote that each of their nodes holds. What is to be believed of names
 * that anybody may choose: see `readClusters`.
 *
 * Nothing printed means no cluster, but also that qnetd hung up before it answered, as it does on the eleventh
 * connection to its socket: the tool ends with 0 all the same (`read_ipc_reply`, `unix_socket_ipc_accept`). Compare
 * with the status: `listContradictsStatus`.
 */
export const qnetdListTool: Tool<readonly QnetdCluster[]> = strictTool({
  ...QNETD,
  command: ['corosync-qnetd-tool', '-l', '-v'],
  read: readClusters,
});
