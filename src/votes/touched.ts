import type { InstanceSight } from '../core/quorum/instance-state.ts';
import { newsOf } from '../core/quorum/news.ts';
import type { AnySight } from './newest-views.ts';
import type { InstanceSource, Source } from './source.ts';

/** What was said of an instance: nothing new, of some of its clusters (by folded name), or of itself and so of all. */
export interface TouchedInstance {
  readonly source: InstanceSource;
  readonly isNews: boolean;
  readonly news: ReadonlySet<string> | 'all';
}

/** What a batch of readings says something else of than before: only that is judged anew. */
export class Touched {
  readonly clusterIds: Set<string>;
  private readonly ofInstances = new Map<string, TouchedInstance>();

  /** @param anew clusters that are judged anew in any case */
  constructor(anew: readonly string[]) {
    this.clusterIds = new Set(anew);
  }

  get instances(): readonly TouchedInstance[] {
    return [...this.ofInstances.values()];
  }

  /** A source said the same as before. */
  sameAgain(source: Source): void {
    if (source.kind !== 'arbiter' || this.ofInstances.has(source.instanceId)) return;
    this.ofInstances.set(source.instanceId, { source, isNews: false, news: new Set() });
  }

  /** A source says something else than before; `before` is null when nothing that it said counted any more. */
  bySight(source: Source, before: AnySight | null, now: AnySight): void {
    if (source.kind !== 'arbiter') {
      this.clusterIds.add(source.clusterId);
      return;
    }
    const news = newsOf(before as InstanceSight | null, now as InstanceSight);
    const earlier = this.ofInstances.get(source.instanceId)?.news ?? new Set<string>();
    const both = news === 'all' || earlier === 'all' ? 'all' : new Set([...earlier, ...news]);
    this.ofInstances.set(source.instanceId, { source, isNews: true, news: both });
  }
}
