import { Module } from '@nestjs/common';
import { ArbitersModule } from '../arbiters/arbiters.module.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { HostsModule } from '../hosts/hosts.module.ts';
import { JudgeInstances } from './judge-instances.ts';
import { JudgeVotes } from './judge-votes.ts';
import { JudgedClusters } from './judged-clusters.ts';
import { KeepReadings } from './keep-readings.ts';
import { KeepStates } from './keep-states.ts';
import { NewestViews } from './newest-views.ts';
import { PruneReadings } from './prune-readings.ts';
import { ReadVotes } from './read-votes.ts';
import { VotesController } from './votes.controller.ts';
import { VotesStore } from './votes.store.ts';
import { WatchFreshness } from './watch-freshness.ts';
import { WatchVotes } from './watch-votes.ts';

@Module({
  imports: [HostsModule, ArbitersModule, ClustersModule],
  controllers: [VotesController],
  providers: [
    ...[VotesStore, NewestViews, JudgedClusters, JudgeVotes, JudgeInstances, KeepStates, KeepReadings],
    ...[ReadVotes, WatchVotes, WatchFreshness, PruneReadings],
  ],
  exports: [ReadVotes, WatchVotes, VotesStore, PruneReadings, KeepReadings, NewestViews],
})
export class VotesModule {}
