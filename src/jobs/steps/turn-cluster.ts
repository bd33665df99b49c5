import type { Cluster } from '../../clusters/cluster.entity.ts';
import type { ClustersStore, ClusterWithNodes } from '../../clusters/clusters.store.ts';
import type { Instant } from '../../core/time.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { EVERYTHING } from '../../platform/database/scope.ts';

/** What is on record of a cluster's device. */
export type DeviceOnRecord = Pick<Cluster, 'state' | 'device' | 'setAside'>;

export const NO_DEVICE: DeviceOnRecord = { state: 'registered', device: null, setAside: null };

/**
 * Writes down that a cluster has its device now, or has none any more.
 * @returns the cluster as it is after that, or null when it is in that state already, or gone
 * @throws Error when somebody else changed the cluster meanwhile: its job holds it, so nobody may
 */
export const turnCluster = async (
  tx: Transaction,
  clusters: ClustersStore,
  clusterId: string,
  to: DeviceOnRecord,
  now: Instant,
): Promise<ClusterWithNodes | null> => {
  const before = await clusters.find(tx, EVERYTHING, clusterId);
  if (!before || before.state === to.state) return null;
  const after = { ...before, ...to, version: before.version + 1, updatedAt: now };
  if (!(await clusters.update(tx, after, before.version)))
    throw new Error(`cluster ${clusterId} was changed while its job ran`);
  return after;
};
