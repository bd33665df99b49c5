import { Inject, Injectable } from '@nestjs/common';
import type { Arbiter, QnetdInstance } from '../arbiters/arbiter.entity.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { error } from '../core/finding.ts';
import { foldClusterName, type ClusterName, type HostAddress, type HostKeyFingerprint } from '../core/names.ts';
import type { Clock } from '../core/time.ts';
import type { HostKey } from '../hosts/host-key.entity.ts';
import { RegisterHostKey } from '../hosts/register-host-key.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { isUniqueViolation } from '../platform/database/constraint.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { conflict, type Problem } from '../platform/http/problem.ts';
import type { Cluster, Node } from './cluster.entity.ts';
import type { NewCluster } from './clusters.schema.ts';
import { ClusterSurroundings } from './cluster-surroundings.ts';
import { ClustersStore, type ClusterWithNodes } from './clusters.store.ts';

@Injectable()
export class RegisterCluster {
  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly inventory: ClusterSurroundings,
    private readonly hostKeys: RegisterHostKey,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Takes a cluster in. Nothing is run on its nodes: an `onboard` job does that. */
  async run(caller: Caller, asked: NewCluster): Promise<ClusterWithNodes> {
    const { arbiter, instance } = await this.inventory.check(caller, asked);
    const hostKeys = await Promise.all(asked.nodes.map((node) => this.hostKeys.prepare(hostOf(asked, node))));
    const cluster = this.rowOf(asked, arbiter, instance);
    const nodes = asked.nodes.map((node, position) => nodeRow(cluster, node, position, hostKeys[position]));
    try {
      await this.database.write(async (tx) => {
        for (const hostKey of hostKeys) await this.hostKeys.insert(tx, caller.actor, hostKey);
        await this.clusters.insert(tx, cluster, nodes);
        await this.audit.record(tx, caller.actor, cluster.customerId, {
          kind: 'cluster.registered',
          data: {
            clusterId: cluster.id,
            arbiterId: arbiter.id,
            name: cluster.name,
            nodes: nodes.map((node) => node.address),
          },
        });
      });
    } catch (thrown) {
      if (!isUniqueViolation(thrown)) throw thrown;
      throw nameTaken(cluster.name);
    }
    return { ...cluster, nodes };
  }

  private rowOf(asked: NewCluster, arbiter: Arbiter, instance: QnetdInstance): Cluster {
    const now = this.clock.now();
    return {
      id: randomUUIDv7(),
      customerId: asked.customerId,
      arbiterId: arbiter.id,
      instanceId: instance.id,
      name: asked.name,
      foldedName: foldClusterName(asked.name as ClusterName),
      kind: asked.kind,
      state: 'registered',
      device: null,
      setAside: null,
      jobId: null,
      version: 1,
      createdAt: now,
      updatedAt: now,
    };
  }
}

const hostOf = (asked: NewCluster, node: NewCluster['nodes'][number]) => ({
  customerId: asked.customerId,
  address: node.address.toLowerCase() as HostAddress,
  port: node.sshPort,
  fingerprint: (node.hostKeyFingerprint as HostKeyFingerprint | undefined) ?? null,
});

const nodeRow = (
  cluster: Cluster,
  node: NewCluster['nodes'][number],
  position: number,
  hostKey: HostKey | undefined,
): Node => ({
  id: randomUUIDv7(),
  clusterId: cluster.id,
  customerId: cluster.customerId,
  position,
  address: node.address.toLowerCase(),
  sshPort: node.sshPort,
  credentialId: node.credentialId,
  hostKeyId: hostKey?.id ?? '',
  nodeId: null,
  name: null,
  machineId: null,
  brought: null,
  leftovers: null,
});

/** The name may be another customer's, of whom nothing more is said. */
export const nameTaken = (name: string): Problem => {
  const message = `A cluster named "${name}", in this or another letter case, already uses this arbiter. qnetd would merge the two: rename one, or use another arbiter.`;
  return conflict('name_taken', message, [error('name_taken', 'name', message)]);
};
