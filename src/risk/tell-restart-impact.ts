import { Inject, Injectable } from '@nestjs/common';
import { ClustersStore } from '../clusters/clusters.store.ts';
import { warning, type Finding } from '../core/finding.ts';
import {
  isSafe,
  restartImpact,
  type ClusterStanding,
  type Impact,
  type RestartImpact,
} from '../core/quorum/restart-impact.ts';
import { stateNow } from '../core/quorum/state-now.ts';
import type { Clock, Instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import type { Caller } from '../platform/http/caller.ts';
import { JudgeVotes } from '../votes/judge-votes.ts';
import { InstanceViews, type InstanceView } from './instance-views.ts';
import type { ServedCluster } from './risk.store.ts';
import { ServedArbiters, type ServedArbiter } from './served-arbiters.ts';

export interface ClusterImpact extends RestartImpact {
  /** Null for a cluster that is connected and not registered. */
  readonly clusterId: string | null;
  readonly customerId: string | null;
  readonly name: string;
}

export interface InstanceImpact {
  readonly instance: InstanceView['instance'];
  readonly safe: boolean;
  readonly clusters: readonly ClusterImpact[];
  /** Why nobody can be sure who is connected. */
  readonly findings: readonly Finding[];
}

export interface ArbiterImpact {
  readonly arbiterId: string;
  readonly at: Instant;
  readonly safe: boolean;
  readonly instances: readonly InstanceImpact[];
}

@Injectable()
export class TellRestartImpact {
  constructor(
    private readonly database: Database,
    private readonly served: ServedArbiters,
    private readonly views: InstanceViews,
    private readonly clusters: ClustersStore,
    private readonly judge: JudgeVotes,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Which clusters would lose quorum if the arbiter's qnetd stopped now.
   * @throws a problem: 404 where there is no such arbiter, or none that serves the caller
   */
  async run(caller: Caller, arbiterId: string): Promise<ArbiterImpact> {
    const arbiter = await this.served.find(caller, arbiterId);
    const instances: InstanceImpact[] = [];
    for (const instance of arbiter.instances)
      instances.push(await this.ofInstance(arbiter, await this.views.ofInstance(instance)));
    return { arbiterId, at: this.clock.now(), safe: instances.every(({ safe }) => safe), instances };
  }

  private async ofInstance({ arbiter, clusters, isWhole }: ServedArbiter, seen: InstanceView): Promise<InstanceImpact> {
    const { instance } = seen;
    const own = clusters.filter(({ instanceId }) => instanceId === instance.id);
    const impacts: ClusterImpact[] = isWhole ? strangersOf(seen, own) : [];
    for (const cluster of own.filter(({ state }) => state === 'onboarded')) {
      const { id: clusterId, customerId, name } = cluster;
      impacts.push({ clusterId, customerId, name, ...restartImpact(await this.standing(cluster)) });
    }
    const findings = isWhole && instance.state === 'prepared' ? doubtsOf(seen, arbiter.name) : [];
    return { instance, clusters: impacts, findings, safe: isSafe(impacts) && findings.length === 0 };
  }

  /** The record says enough of a cluster that is well; one at risk is judged by its newest views. */
  private async standing({ id, name, vote }: ServedCluster): Promise<ClusterStanding> {
    const state = stateNow(vote, this.clock.now());
    const bare = { name, state, votes: null, codes: [] };
    if (state !== 'at-risk') return bare;
    const cluster = await this.clusters.find(this.database.read, EVERYTHING, id);
    if (!cluster) return { ...bare, state: 'unknown' };
    const { vote: judged } = await this.judge.judge(cluster);
    const codes = judged.findings.map(({ code }) => code);
    return { name, state: judged.state, votes: judged.votes, codes };
  }
}

/** Of a cluster that is connected and not registered here nothing is known but that it counts on qnetd. */
const strangersOf = ({ view }: InstanceView, own: readonly ServedCluster[]): ClusterImpact[] => {
  if (view?.reading.kind !== 'known') return [];
  const names = new Set(own.map(({ name }) => name));
  return view.reading.value
    .filter(({ name }) => !names.has(name))
    .map(({ name }) => ({
      ...{ clusterId: null, customerId: null, name },
      ...restartImpact({ name, state: 'unknown', votes: null, codes: [] }),
    }));
};

const doubtsOf = ({ view, isFresh }: InstanceView, arbiterName: string): Finding[] =>
  isFresh && view?.reading.kind === 'known'
    ? []
    : [
        warning(
          'connected_clusters_unknown',
          arbiterName,
          'qnetd was not read just now, so clusters that are not registered here may hang on it. Look at GET …/clients and at the arbiter’s own findings.',
        ),
      ];

/** The clusters of an instance to whom the same would happen. */
export const whose = ({ clusters }: InstanceImpact, impact: Impact): ClusterImpact[] =>
  clusters.filter((cluster) => cluster.impact === impact);
