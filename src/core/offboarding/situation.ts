import type { SetAside } from '../corosync/conf/edit.ts';
import type { AbsentNode, ClusterSituation } from '../gates/situation.ts';
import type { Device } from '../quorum/arithmetic.ts';

/** Everything that an offboarding is decided from. */
export interface OffboardingSituation extends ClusterSituation {
  readonly absent: readonly AbsentNode[];
  /** What the cluster was given; null where nothing of ours is on record. */
  readonly device: Device | null;
  readonly setAside: SetAside | null;
}
