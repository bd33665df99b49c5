import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ArbitersStore } from '../arbiters/arbiters.store.ts';
import { ClustersStore } from '../clusters/clusters.store.ts';
import { ReachHosts, type HostRef } from '../hosts/reach-hosts.ts';
import { HostSession } from '../hosts/host-session.ts';
import { CONFIG, type Config } from '../platform/config/config.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { WorkQueue, type WorkContext, type WorkOutcome } from '../platform/queue/queue.ts';
import type { HostConnections } from '../platform/ssh/host-connections.ts';
import { HostPatience } from './host-patience.ts';
import { ReadVotes } from './read-votes.ts';

const LOOK_AT_INSTANCE = 'look-at-instance';
const LOOK_AT_NODES = 'look-at-nodes';

/**
 * A look only waits, and one at a host that swallows packets waits for ten seconds: so many may wait at once that a
 * healthy host's look never stands in line behind them. Beats are spread over their period, so that few begin together.
 */
const INSTANCES_AT_ONCE = 200;
const NODES_AT_ONCE = 500;

/** So many schedules are set side by side: they share a commit, which each of ten thousand would wait for otherwise. */
const SET_AT_ONCE = 50;

/** After a job, which looked itself: hosts and other jobs have the first moment. */
const SOON_MS = 2_000;

/** Keeps looking: at every prepared instance each 5 s, at the nodes of every onboarded cluster each 60 s, unless told otherwise. */
@Injectable()
export class WatchVotes implements OnModuleInit, OnApplicationShutdown {
  /** Connections stay open between looks: a login costs the host more than the look does. */
  private readonly open = new Map<string, HostConnections<string>>();
  private readonly stopping = new AbortController();
  private readonly patience = new HostPatience();

  constructor(
    private readonly database: Database,
    private readonly arbiters: ArbitersStore,
    private readonly clusters: ClustersStore,
    private readonly reach: ReachHosts,
    private readonly votes: ReadVotes,
    private readonly queue: WorkQueue,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.queue.register({
      name: LOOK_AT_INSTANCE,
      concurrency: INSTANCES_AT_ONCE,
      process: (id, context) => this.lookAtInstance(id, context),
    });
    this.queue.register({
      name: LOOK_AT_NODES,
      concurrency: NODES_AT_ONCE,
      process: (id, context) => this.lookAtNodes(id, context),
    });
  }

  /** Makes the schedules equal to what is on record; run at boot, each minute, and after each job. */
  async schedule(): Promise<void> {
    const { arbiterEveryMs, nodesEveryMs } = this.config.cadence;
    const instances = await this.arbiters.preparedInstances(this.database.read);
    const ofInstances = await this.every(
      LOOK_AT_INSTANCE,
      arbiterEveryMs,
      instances.map(({ id }) => id),
    );
    if (!ofInstances) return;
    await this.every(LOOK_AT_NODES, nodesEveryMs, await this.clusters.onboardedIds(this.database.read, EVERYTHING));
  }

  /** @returns false at the first that fails: the queue is away, and each would take its time to say so */
  private async every(name: string, everyMs: number, ids: readonly string[]): Promise<boolean> {
    for (let first = 0; first < ids.length; first += SET_AT_ONCE) {
      const some = ids.slice(first, first + SET_AT_ONCE);
      const set = await Promise.all(some.map((id) => this.queue.every(name, id, everyMs)));
      if (set.some(({ ok }) => !ok)) return false;
    }
    return true;
  }

  /** Looks at one cluster soon, from both sides. */
  async soon(clusterId: string): Promise<void> {
    const cluster = await this.clusters.find(this.database.read, EVERYTHING, clusterId);
    if (cluster?.state !== 'onboarded') return;
    const { signal } = this.stopping;
    await wait(SOON_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    await this.queue.wake(LOOK_AT_NODES, clusterId);
    await this.queue.wake(LOOK_AT_INSTANCE, cluster.instanceId);
  }

  /** Has the nodes of one cluster looked at now: somebody else's word of them is to be borne out. */
  async nodesNow(clusterId: string): Promise<void> {
    await this.queue.wake(LOOK_AT_NODES, clusterId);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all([...this.open.values()].map((connections) => connections.closeAll()));
  }

  private async lookAtInstance(instanceId: string, { beat }: WorkContext): Promise<WorkOutcome> {
    const instance = await this.arbiters.findInstance(this.database.read, instanceId);
    const arbiter = instance && (await this.arbiters.find(this.database.read, EVERYTHING, instance.arbiterId));
    if (!arbiter || instance.state !== 'prepared') {
      await this.queue.cancel(LOOK_AT_INSTANCE, instanceId);
      return 'done';
    }
    if (beat && !this.patience.isDue(arbiter.id)) return 'done';
    const { wasReached, unsettled } = await this.votes.ofInstance(instance, this.session(arbiter));
    this.patience.tell(arbiter.id, wasReached);
    // What the arbiter tells is one side of it; the other should not be up to a minute old.
    for (const clusterId of unsettled) await this.queue.wake(LOOK_AT_NODES, clusterId);
    return 'done';
  }

  private async lookAtNodes(clusterId: string, { beat }: WorkContext): Promise<WorkOutcome> {
    const cluster = await this.clusters.find(this.database.read, EVERYTHING, clusterId);
    if (cluster?.state !== 'onboarded') {
      await this.queue.cancel(LOOK_AT_NODES, clusterId);
      return 'done';
    }
    const nodes = cluster.nodes.filter((node) => !beat || this.patience.isDue(node.id));
    const reached = await this.votes.ofNodes(cluster, nodes, (node) => this.session(node));
    for (const [nodeId, wasReached] of reached) this.patience.tell(nodeId, wasReached);
    return 'done';
  }

  private session(host: HostRef): HostSession {
    const connections = this.open.get(host.id) ?? this.reach.connections([host]);
    this.open.set(host.id, connections);
    return new HostSession(host.id, host.address, connections, null, this.stopping.signal);
  }
}
