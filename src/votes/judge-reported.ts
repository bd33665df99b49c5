import { Injectable } from '@nestjs/common';
import { ArbitersStore } from '../arbiters/arbiters.store.ts';
import { ClustersStore } from '../clusters/clusters.store.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { AssessVote } from './assess-vote.ts';
import { WatchVotes } from './watch-votes.ts';

/** Judges a cluster whose node has reported, and has a look of ours bear out what is new. */
@Injectable()
export class JudgeReported {
  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersStore,
    private readonly arbiters: ArbitersStore,
    private readonly assess: AssessVote,
    private readonly watch: WatchVotes,
  ) {}

  async run(clusterId: string): Promise<void> {
    const cluster = await this.clusters.find(this.database.read, EVERYTHING, clusterId);
    const arbiter = cluster && (await this.arbiters.find(this.database.read, EVERYTHING, cluster.arbiterId));
    if (!arbiter || cluster.state !== 'onboarded') return;
    if (await this.assess.run(cluster, arbiter.name)) await this.watch.nodesNow(clusterId);
  }
}
