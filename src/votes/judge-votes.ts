import { Inject, Injectable } from '@nestjs/common';
import { ClustersStore, type ClusterWithNodes } from '../clusters/clusters.store.ts';
import { nodeId, type ClusterName } from '../core/names.ts';
import { freshUntil, limitsOf } from '../core/quorum/cadence.ts';
import { isFresh, type Inventory, type VoteEvidence } from '../core/quorum/views.ts';
import { voteState, type VoteState } from '../core/quorum/vote-state.ts';
import type { Clock, Instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { CONFIG, type Config } from '../platform/config/config.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { Breath } from './breath.ts';
import { NewestViews, type NewestView } from './newest-views.ts';
import type { NodeSight } from './raw-reading.ts';
import type { InstanceSource, NodeSource, Source } from './source.ts';

/** What was found of a cluster at one moment. */
export interface Judgement {
  readonly cluster: ClusterWithNodes;
  readonly vote: VoteState;
  readonly at: Instant;
  /** Whose views it rests on; of others there is none that counts. */
  readonly sources: readonly Source[];
  /** When the first of those views stops counting. */
  readonly freshUntil: Instant | null;
}

/** A source with what it last said. */
interface Heard<S extends Source, Sight> {
  readonly source: S;
  readonly view: NewestView<Sight>;
}

/** Draws the vote state of clusters from the newest views. Changes nothing. */
@Injectable()
export class JudgeVotes {
  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly views: NewestViews,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The state of one cluster as it is now, with the moment until which it stands if nobody says anything. */
  async judge(cluster: ClusterWithNodes): Promise<Judgement> {
    const { instance, nodes } = sourcesOf(cluster);
    const ofArbiter = await this.heard(instance, this.views.of(instance));
    const ofNodes: Heard<NodeSource, NodeSight>[] = [];
    for (const source of nodes) ofNodes.push(...(await this.heard(source, this.views.of(source))));
    const at = this.clock.now();
    const evidence: VoteEvidence = {
      inventory: inventoryOf(cluster),
      arbiter: ofArbiter.map(({ view }) => ({ ...view.sight, at: view.lastAt }))[0] ?? null,
      nodes: ofNodes.map(({ source, view }) => ({
        ...{ ...view.sight, address: source.address, at: view.lastAt, source: source.kind },
      })),
      ...{ at, limits: limitsOf(this.config.cadence) },
    };
    const counting = [...ofArbiter, ...ofNodes].filter(({ source, view }) => this.counts(source, view.lastAt, at));
    const sources = counting.map(({ source }) => source);
    return { cluster, vote: voteState(evidence), at, sources, freshUntil: freshUntil(evidence) };
  }

  /** Whether a view of that moment counts at this one. */
  counts(source: Source, viewAt: Instant, at: Instant): boolean {
    return isFresh({ at: viewAt }, at, this.limitOf(source));
  }

  private limitOf({ kind }: Source): number {
    const { arbiterFreshMs, nodeFreshMs } = limitsOf(this.config.cadence);
    return kind === 'arbiter' ? arbiterFreshMs : nodeFreshMs;
  }

  private async heard<S extends Source, Sight>(
    source: S,
    newest: Promise<NewestView<Sight> | null>,
  ): Promise<Heard<S, Sight>[]> {
    const view = await newest;
    return view ? [{ source, view }] : [];
  }

  /** Those of the clusters that are watched, judged; others have no state on record. */
  async judgeAll(clusterIds: Iterable<string>): Promise<readonly Judgement[]> {
    const clusters = await this.clusters.findAll(this.database.read, EVERYTHING, [...clusterIds]);
    const judgements: Judgement[] = [];
    const breath = new Breath();
    for (const cluster of clusters) {
      if (cluster.state !== 'onboarded') continue;
      await breath.between();
      judgements.push(await this.judge(cluster));
    }
    return judgements;
  }

  /**
   * The moment at which the first of these sources' newest views stops counting.
   * @returns null when that moment has come already for one of them
   */
  async stillFreshUntil(sources: readonly Source[]): Promise<Instant | null> {
    const now = this.clock.now();
    const ends: number[] = [];
    for (const source of sources) {
      const view = await this.views.of(source);
      ends.push(view ? view.lastAt + this.limitOf(source) + 1 : now);
    }
    const first = Math.min(...ends);
    return first > now && first < Infinity ? (first as Instant) : null;
  }
}

/** Everybody who may say something of a cluster. */
export interface SourcesOfCluster {
  readonly instance: InstanceSource;
  readonly nodes: readonly NodeSource[];
}

export const sourcesOf = ({ instanceId, arbiterId, nodes }: ClusterWithNodes): SourcesOfCluster => ({
  instance: { kind: 'arbiter', instanceId, arbiterId },
  nodes: nodes.flatMap(({ id, clusterId, customerId, address }) =>
    (['node', 'push'] as const).map((kind) => ({ kind, nodeId: id, clusterId, customerId, address })),
  ),
});

/** The cluster as it is registered, in the words of the rules. */
export const inventoryOf = (cluster: ClusterWithNodes): Inventory => ({
  clusterName: cluster.name as ClusterName,
  nodes: cluster.nodes.map((node) => ({
    nodeId: node.nodeId === null ? null : nodeId(node.nodeId),
    address: node.address,
    ...(node.name === null ? {} : { name: node.name }),
  })),
  device: cluster.device,
});
