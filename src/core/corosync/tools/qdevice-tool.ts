import type { NodeId } from '../../names.ts';
import type { Algorithm, Heuristics, TieBreaker } from './qnetd-tool.ts';
import type { RingId } from './tool.ts';

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
