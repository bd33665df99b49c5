import { Inject, Injectable } from '@nestjs/common';
import type { ClusterWithNodes } from '../clusters/clusters.store.ts';
import { MINUTE_MS, type Clock, type Instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { inventoryOf, type Judgement } from './judge-votes.ts';
import type { Source } from './source.ts';

/** For so long after a change its views may still be of moments that do not last: it is looked at more often. */
const UNSETTLED_MS = 5 * MINUTE_MS;

interface Note {
  readonly instanceId: string;
  readonly sources: readonly Source[];
  readonly registration: string;
  readonly isOk: boolean;
  readonly since: Instant;
}

/**
 * What this process remembers of the clusters it has judged: whose word each rests on, what was registered then, and whether all is
 * well. It only saves work: what is not remembered is judged anew.
 */
@Injectable()
export class JudgedClusters {
  private readonly notes = new Map<string, Note>();

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  note({ cluster, vote, sources, at }: Judgement, since: Instant = at): void {
    const { id, instanceId } = cluster;
    const isOk = vote.state === 'ok';
    this.notes.set(id, { instanceId, sources, registration: registrationOf(cluster), isOk, since });
  }

  forget(clusterId: string): void {
    this.notes.delete(clusterId);
  }

  /** Whether the cluster was judged, and as it is registered now. */
  isJudged(cluster: ClusterWithNodes): boolean {
    return this.notes.get(cluster.id)?.registration === registrationOf(cluster);
  }

  /** Whose word the last judgement of a cluster rests on; null when this process has not judged it. */
  sourcesOf(clusterId: string): readonly Source[] | null {
    return this.notes.get(clusterId)?.sources ?? null;
  }

  /** Whether it is new that all is not well with a cluster. */
  isUnsettled(clusterId: string): boolean {
    const note = this.notes.get(clusterId);
    return note !== undefined && isUnsettled(note, this.clock.now());
  }

  /** The clusters of an instance of which it is new that all is not well: their nodes are worth asking soon. */
  unsettledOf(instanceId: string): readonly string[] {
    const now = this.clock.now();
    return [...this.notes]
      .filter(([, note]) => note.instanceId === instanceId && isUnsettled(note, now))
      .map(([clusterId]) => clusterId);
  }
}

const isUnsettled = ({ isOk, since }: Note, now: Instant): boolean => !isOk && now - since < UNSETTLED_MS;

/** The version tells an off-boarding and onboarding apart from nothing at all. */
const registrationOf = (cluster: ClusterWithNodes): string => JSON.stringify([cluster.version, inventoryOf(cluster)]);
