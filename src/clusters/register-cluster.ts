import { Inject, Injectable } from '@nestjs/common';
import type { Arbiter, QnetdInstance } from '../arbiters/arbiter.entity.ts';
import { ArbitersStore } from '../arbiters/arbiters.store.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { error } from '../core/finding.ts';
import { foldClusterName, type ClusterName, type HostAddress, type HostKeyFingerprint } from '../core/names.ts';
import type { Clock } from '../core/time.ts';
import { CustomersStore } from '../customers/customers.store.ts';
import type { HostKey } from '../hosts/host-key.entity.ts';
import { HostsStore } from '../hosts/hosts.store.ts';
import { RegisterHostKey } from '../hosts/register-host-key.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { isUniqueViolation } from '../platform/database/constraint.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import type { Caller } from '../platform/http/caller.ts';
import { badRequest, conflict, type Problem } from '../platform/http/problem.ts';
import type { Cluster, Node } from './cluster.entity.ts';
import type { NewCluster } from './clusters.schema.ts';
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
          data: { clusterId: cluster.id, arbiterId: arbiter.id, name: cluster.name, nodes: nodes.map((node) => node.address) },
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

/** What a new cluster points at: its customer, its arbiter, and the credentials of its nodes. */
@Injectable()
export class ClusterSurroundings {
  constructor(
    private readonly database: Database,
    private readonly customers: CustomersStore,
    private readonly arbiters: ArbitersStore,
    private readonly hosts: HostsStore,
  ) {}

  /** @throws a problem that names what is not there, or not the caller's */
  async check(caller: Caller, asked: NewCluster): Promise<{ arbiter: Arbiter; instance: QnetdInstance }> {
    const session = this.database.read;
    if (!(await this.customers.find(session, caller.scope, asked.customerId))) throw missing('customerId', 'customer');
    // A customer's own token names the arbiter that it was told of, though it cannot look at it.
    const arbiter = await this.arbiters.find(session, EVERYTHING, asked.arbiterId);
    const [instance] = arbiter ? await this.arbiters.instancesOf(session, EVERYTHING, arbiter.id) : [];
    if (!arbiter || !instance) throw missing('arbiterId', 'arbiter');
    for (const [index, node] of asked.nodes.entries()) {
      const credential = await this.hosts.findCredential(session, caller.scope, node.credentialId);
      const foreign = credential?.customerId !== null && credential?.customerId !== asked.customerId;
      if (!credential || foreign) throw missing(`nodes.${index}.credentialId`, 'SSH credential of this customer');
    }
    return { arbiter, instance };
  }
}

const hostOf = (asked: NewCluster, node: NewCluster['nodes'][number]) => ({
  customerId: asked.customerId,
  address: node.address.toLowerCase() as HostAddress,
  port: node.sshPort,
  fingerprint: (node.hostKeyFingerprint as HostKeyFingerprint | undefined) ?? null,
});

const nodeRow = (cluster: Cluster, node: NewCluster['nodes'][number], position: number, hostKey: HostKey | undefined): Node => ({
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
});

const missing = (field: string, what: string): Problem => {
  const message = `${field}: there is no such ${what}.`;
  return badRequest('reference_not_found', message, [error('reference_not_found', field, message)]);
};

/** The name may be another customer's, of whom nothing more is said. */
export const nameTaken = (name: string): Problem => {
  const message = `A cluster named "${name}", in this or another letter case, already uses this arbiter. qnetd would merge the two: rename one, or use another arbiter.`;
  return conflict('name_taken', message, [error('name_taken', 'name', message)]);
};
