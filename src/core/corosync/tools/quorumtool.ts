import type { NodeId } from '../../names.ts';
import type { RingId } from './tool.ts';

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

/** `corosync-quorumtool -s`: one node's view. Only current members are listed; a node that is away is absent. */
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
