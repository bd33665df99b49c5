import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { ArbitersModule } from '../arbiters/arbiters.module.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { HostsModule } from '../hosts/hosts.module.ts';
import { JudgeInstances } from './judge-instances.ts';
import { JudgeVotes } from './judge-votes.ts';
import { JudgedClusters } from './judged-clusters.ts';
import { KeepReadings } from './keep-readings.ts';
import { KeepStates } from './keep-states.ts';
import { NewestViews } from './newest-views.ts';
import { PruneHistory } from './prune-history.ts';
import { ReadVotes } from './read-votes.ts';
import { NodeAddresses } from './node-addresses.ts';
import { NoteReports } from './note-reports.ts';
import { ReportCounts } from './report-counts.ts';
import { ReportsController } from './reports.controller.ts';
import { TakeReport } from './take-report.ts';
import { VotesController } from './votes.controller.ts';
import { VotesStore } from './votes.store.ts';
import { WatchFreshness } from './watch-freshness.ts';
import { WatchVotes } from './watch-votes.ts';

@Module({
  imports: [AccessModule, HostsModule, ArbitersModule, ClustersModule],
  controllers: [VotesController, ReportsController],
  providers: [
    ...[VotesStore, NewestViews, JudgedClusters, JudgeVotes, JudgeInstances, KeepStates, KeepReadings],
    ...[ReadVotes, WatchVotes, WatchFreshness, PruneHistory, NodeAddresses, NoteReports, TakeReport, ReportCounts],
  ],
  exports: [ReadVotes, WatchVotes, VotesStore, PruneHistory, KeepReadings, NewestViews, JudgeVotes],
})
export class VotesModule {}
