import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ArbitersStore } from '../arbiters/arbiters.store.ts';
import { ClustersStore, type ClusterWithNodes } from '../clusters/clusters.store.ts';
import { ReachHosts, type HostRef } from '../hosts/reach-hosts.ts';
import { HostSession } from '../hosts/host-session.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { WorkQueue, type WorkOutcome } from '../platform/queue/queue.ts';
import type { HostConnections } from '../platform/ssh/host-connections.ts';
import { ARBITER_EVERY_MS, NODES_EVERY_MS } from './assess-vote.ts';
import { ReadVotes } from './read-votes.ts';

const LOOK_AT_INSTANCE = 'look-at-instance';
const LOOK_AT_NODES = 'look-at-nodes';

/** Keeps looking: at every prepared instance each 10 s, at the nodes of every onboarded cluster each 60 s. */
@Injectable()
export class WatchVotes implements OnModuleInit, OnApplicationShutdown {
  /** Connections stay open between looks: a login costs the host more than the look does. */
  private readonly open = new Map<string, HostConnections<string>>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly arbiters: ArbitersStore,
    private readonly clusters: ClustersStore,
    private readonly reach: ReachHosts,
    private readonly votes: ReadVotes,
    private readonly queue: WorkQueue,
  ) {}

  onModuleInit(): void {
    this.queue.register({ name: LOOK_AT_INSTANCE, concurrency: 8, process: (id) => this.lookAtInstance(id) });
    this.queue.register({ name: LOOK_AT_NODES, concurrency: 16, process: (id) => this.lookAtNodes(id) });
  }

  /** Makes the schedules equal to what is on record; run at boot, each minute, and after each job. */
  async schedule(): Promise<void> {
    for (const { id } of await this.arbiters.preparedInstances(this.database.read))
      await this.queue.every(LOOK_AT_INSTANCE, id, ARBITER_EVERY_MS);
    for (const id of await this.clusters.onboardedIds(this.database.read, EVERYTHING))
      await this.queue.every(LOOK_AT_NODES, id, NODES_EVERY_MS);
  }

  /** Looks at one cluster soon, from both sides. */
  async soon(clusterId: string): Promise<void> {
    const cluster = await this.clusters.find(this.database.read, EVERYTHING, clusterId);
    if (cluster?.state !== 'onboarded') return;
    await this.queue.wake(LOOK_AT_NODES, clusterId);
    await this.queue.wake(LOOK_AT_INSTANCE, cluster.instanceId);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all([...this.open.values()].map((connections) => connections.closeAll()));
  }

  private async lookAtInstance(instanceId: string): Promise<WorkOutcome> {
    const instance = await this.arbiters.findInstance(this.database.read, instanceId);
    const arbiter = instance && (await this.arbiters.find(this.database.read, EVERYTHING, instance.arbiterId));
    if (!arbiter || instance.state !== 'prepared') {
      await this.queue.cancel(LOOK_AT_INSTANCE, instanceId);
      return 'done';
    }
    const unsettled = await this.votes.ofInstance(arbiter, instance, this.session(arbiter));
    // What the arbiter tells is one side of it; the other should not be up to a minute old.
    for (const clusterId of unsettled) await this.queue.wake(LOOK_AT_NODES, clusterId);
    return 'done';
  }

  private async lookAtNodes(clusterId: string): Promise<WorkOutcome> {
    const cluster = await this.clusters.find(this.database.read, EVERYTHING, clusterId);
    const arbiter = cluster && (await this.arbiters.find(this.database.read, EVERYTHING, cluster.arbiterId));
    if (!arbiter || cluster.state !== 'onboarded') {
      await this.queue.cancel(LOOK_AT_NODES, clusterId);
      return 'done';
    }
    await this.votes.ofNodes(cluster, arbiter, (hostId) => this.session(nodeOf(cluster, hostId)));
    return 'done';
  }

  private session(host: HostRef): HostSession {
    const connections = this.open.get(host.id) ?? this.reach.connections([host]);
    this.open.set(host.id, connections);
    return new HostSession(host.id, host.address, connections, null, this.stopping.signal);
  }
}

const nodeOf = (cluster: ClusterWithNodes, hostId: string): HostRef => {
  const node = cluster.nodes.find((candidate) => candidate.id === hostId);
  if (!node) throw new Error(`no node ${hostId} in cluster ${cluster.id}`);
  return node;
};
