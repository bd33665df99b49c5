import type { NodeId } from '../../names.ts';
import type { RingId } from './tool.ts';

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
  /** null between INIT and the first answer. `stands` is the value in brackets, or `sent` itself when that is ack or nack. */
  readonly vote: { readonly sent: Vote; readonly stands: 'ack' | 'nack' | null } | null;
}

/** One cluster of `corosync-qnetd-tool -l -v`. */
export interface QnetdCluster {
  readonly name: string;
  readonly algorithm: Algorithm;
  readonly keepActivePartitionTieBreaker: boolean;
  readonly tieBreaker: TieBreaker;
  readonly clients: readonly QnetdClient[];
}
