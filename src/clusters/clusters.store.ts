import { Injectable } from '@nestjs/common';
import { In, IsNull, Not, type FindOptionsWhere } from 'typeorm';
import type { Session, Transaction } from '../platform/database/database.ts';
import { insertRows } from '../platform/database/rows.ts';
import { findPage, type Page, type PageRequest } from '../platform/database/page.ts';
import { narrowed, ownedBy, type Scope } from '../platform/database/scope.ts';
import { Cluster, Node } from './cluster.entity.ts';

export type ClusterWithNodes = Cluster & { readonly nodes: readonly Node[] };

export interface ClusterFilter {
  readonly customerId?: string | undefined;
  readonly arbiterId?: string | undefined;
}

/** So many rows are read in one query, which holds the one thread for some milliseconds. */
const AT_ONCE = 50;

@Injectable()
export class ClustersStore {
  async find(session: Session, scope: Scope, id: string): Promise<ClusterWithNodes | null> {
    const cluster = await session.manager.findOneBy(Cluster, { id, ...ownedBy(scope) });
    return cluster ? ((await this.withNodes(session, [cluster]))[0] ?? null) : null;
  }

  async page(
    session: Session,
    scope: Scope,
    filter: ClusterFilter,
    request: PageRequest,
  ): Promise<Page<ClusterWithNodes>> {
    const visible = narrowed(scope, filter.customerId);
    if (visible === null) return { items: [], next: null };
    const where: FindOptionsWhere<Cluster> = {
      ...(filter.arbiterId === undefined ? {} : { arbiterId: filter.arbiterId }),
      ...ownedBy(visible),
    };
    const page = await findPage(session.manager, Cluster, where, request);
    return { items: await this.withNodes(session, page.items), next: page.next };
  }

  /** Every cluster that an instance serves, in the order of registration. */
  async ofInstance(session: Session, scope: Scope, instanceId: string): Promise<ClusterWithNodes[]> {
    const clusters = await session.manager.find(Cluster, {
      where: { instanceId, ...ownedBy(scope) },
      order: { id: 'ASC' },
    });
    return this.withNodes(session, clusters);
  }

  /** These clusters, in the order of registration; those that are gone are left out. */
  async findAll(session: Session, scope: Scope, ids: readonly string[]): Promise<ClusterWithNodes[]> {
    const clusters: ClusterWithNodes[] = [];
    for (let first = 0; first < ids.length; first += AT_ONCE) {
      const where = { id: In(ids.slice(first, first + AT_ONCE)), ...ownedBy(scope) };
      clusters.push(...(await this.withNodes(session, await session.manager.find(Cluster, { where }))));
    }
    return clusters.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The names of the clusters that an instance serves. */
  namesOfInstance(session: Session, scope: Scope, instanceId: string): Promise<Pick<Cluster, 'id' | 'name'>[]> {
    return session.manager.find(Cluster, {
      select: { id: true, name: true },
      where: { instanceId, ...ownedBy(scope) },
      order: { id: 'ASC' },
    });
  }

  /** The clusters that have a device, whose votes are therefore watched. */
  async onboardedIds(session: Session, scope: Scope): Promise<string[]> {
    const rows = await session.manager.find(Cluster, {
      select: { id: true },
      where: { state: 'onboarded', ...ownedBy(scope) },
      order: { id: 'ASC' },
    });
    return rows.map((row) => row.id);
  }

  async insert(tx: Transaction, cluster: Cluster, nodes: readonly Node[]): Promise<void> {
    await insertRows(tx, Cluster, cluster);
    await insertRows(tx, Node, ...nodes);
  }

  /** @returns false when the row no longer has the version that the change was made on */
  async update(
    tx: Transaction,
    { id, name, foldedName, state, device, setAside, version, updatedAt }: Cluster,
    expectedVersion: number,
  ): Promise<boolean> {
    const result = await tx.manager.update(
      Cluster,
      { id, version: expectedVersion },
      { name, foldedName, state, device, setAside, version, updatedAt },
    );
    return result.affected === 1;
  }

  /** Marks the cluster as being changed by a job. @returns false when another job has it */
  async occupy(tx: Transaction, id: string, jobId: string): Promise<boolean> {
    const result = await tx.manager.update(Cluster, { id, jobId: IsNull() }, { jobId });
    return result.affected === 1;
  }

  async release(tx: Transaction, id: string, jobId: string): Promise<void> {
    await tx.manager.update(Cluster, { id, jobId }, { jobId: null });
  }

  /** The job that is changing some cluster of this arbiter, or null. */
  async busyOn(session: Session, arbiterId: string): Promise<string | null> {
    const busy = await session.manager.findOneBy(Cluster, { arbiterId, jobId: Not(IsNull()) });
    return busy?.jobId ?? null;
  }

  async updateNode(
    tx: Transaction,
    { id, nodeId, name, machineId }: Pick<Node, 'id' | 'nodeId' | 'name' | 'machineId'>,
  ): Promise<void> {
    await tx.manager.update(Node, { id }, { nodeId, name, machineId });
  }

  /** What offboardings keep of a node; each caller names what it changes. */
  async keepOfNode(tx: Transaction, id: string, kept: Partial<Pick<Node, 'brought' | 'leftovers'>>): Promise<void> {
    await tx.manager.update(Node, { id }, kept);
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.manager.delete(Node, { clusterId: id });
    await tx.manager.delete(Cluster, { id });
  }

  private async withNodes(session: Session, clusters: readonly Cluster[]): Promise<ClusterWithNodes[]> {
    if (clusters.length === 0) return [];
    const nodes = await session.manager.find(Node, {
      where: { clusterId: In(clusters.map((c) => c.id)) },
      order: { position: 'ASC' },
    });
    const byCluster = Map.groupBy(nodes, (node) => node.clusterId);
    return clusters.map((cluster) => ({ ...cluster, nodes: byCluster.get(cluster.id) ?? [] }));
  }
}
