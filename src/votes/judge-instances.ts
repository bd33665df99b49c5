import { Inject, Injectable } from '@nestjs/common';
import { ClustersStore, type ClusterWithNodes } from '../clusters/clusters.store.ts';
import type { RegisteredCluster } from '../core/quorum/imposters.ts';
import { instanceState, type InstanceCondition } from '../core/quorum/instance-state.ts';
import { foldedName } from '../core/quorum/news.ts';
import { MINUTE_MS, type Clock, type Instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { sourcesOf } from './judge-votes.ts';
import { NewestViews } from './newest-views.ts';
import type { InstanceSource } from './source.ts';
import { told } from './state-change.ts';
import type { Touched, TouchedInstance } from './touched.ts';
import type { InstanceStateRow } from './vote.entity.ts';
import { VotesStore } from './votes.store.ts';

/** What is registered may change while an instance says the same: one that is well is judged anew after this at the latest. */
const ANEW_AFTER_MS = MINUTE_MS;

/** Draws how each instance is from its newest view: whether it can be asked, and whether anybody is connected who should not be. */
@Injectable()
export class JudgeInstances {
  private readonly judged = new Map<string, { readonly at: Instant; readonly state: InstanceCondition }>();

  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly views: NewestViews,
    private readonly votes: VotesStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @returns the rows as they are from now on; `evaluateAt` is null where there is no news, for `VotesStore.putInstanceStates` */
  async run(instances: readonly TouchedInstance[]): Promise<readonly InstanceStateRow[]> {
    const rows: InstanceStateRow[] = [];
    for (const { source } of instances.filter((instance) => this.isDue(instance))) rows.push(await this.judge(source));
    return rows;
  }

  /** The clusters that are to be judged anew. */
  async clustersTouched({ clusterIds, instances }: Touched): Promise<ReadonlySet<string>> {
    const touched = new Set(clusterIds);
    for (const { source, news } of instances) {
      if (news !== 'all' && news.size === 0) continue;
      const names = await this.clusters.namesOfInstance(this.database.read, EVERYTHING, source.instanceId);
      for (const { id, name } of names) if (news === 'all' || news.has(foldedName(name))) touched.add(id);
    }
    return touched;
  }

  private isDue({ source, isNews }: TouchedInstance): boolean {
    const last = this.judged.get(source.instanceId);
    return isNews || last?.state !== 'ok' || this.clock.now() - last.at >= ANEW_AFTER_MS;
  }

  private async judge(source: InstanceSource): Promise<InstanceStateRow> {
    const session = this.database.read;
    const view = await this.views.of(source);
    if (!view) throw new Error(`instance ${source.instanceId} was never looked at`);
    const registered = await this.clusters.ofInstance(session, EVERYTHING, source.instanceId);
    const { state, findings, clients } = instanceState(view.sight, registered.map(this.registration));
    const at = this.clock.now();
    const known = await this.votes.findInstanceState(session, source.instanceId);
    this.judged.set(source.instanceId, { at, state });
    const isNews = known?.state !== state || told(known.findings) !== told(findings);
    return {
      instanceId: source.instanceId,
      arbiterId: source.arbiterId,
      ...{ state, findings, clients, judgedAt: at },
      since: known?.state === state ? known.since : at,
      evaluateAt: isNews ? at : null,
    };
  }

  /** With the addresses that the nodes were last heard to have, as far as that is in memory: a first look may lack them. */
  private readonly registration = (cluster: ClusterWithNodes): RegisteredCluster => {
    const sources = sourcesOf(cluster).nodes;
    return {
      name: cluster.name,
      nodes: cluster.nodes.map(({ id, nodeId, address }) => ({
        nodeId,
        addresses: [
          address,
          ...sources
            .filter((source) => source.kind === 'node' && source.nodeId === id)
            .flatMap((source) => {
              const sight = this.views.peek(source)?.sight;
              return sight && 'addresses' in sight ? (sight.addresses ?? []) : [];
            }),
        ],
      })),
    };
  };
}
