import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module.ts';
import { ArbitersModule } from '../arbiters/arbiters.module.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { HostsModule } from '../hosts/hosts.module.ts';
import { AssessVote } from './assess-vote.ts';
import { JudgeReported } from './judge-reported.ts';
import { PruneReadings } from './prune-readings.ts';
import { ReadVotes } from './read-votes.ts';
import { ReportCounts } from './report-counts.ts';
import { ReportsController } from './reports.controller.ts';
import { TakeReport } from './take-report.ts';
import { VotesController } from './votes.controller.ts';
import { VotesStore } from './votes.store.ts';
import { WatchVotes } from './watch-votes.ts';

@Module({
  imports: [AccessModule, HostsModule, ArbitersModule, ClustersModule],
  controllers: [VotesController, ReportsController],
  providers: [VotesStore, AssessVote, ReadVotes, WatchVotes, PruneReadings, TakeReport, JudgeReported, ReportCounts],
  exports: [ReadVotes, WatchVotes, VotesStore, PruneReadings],
})
export class VotesModule {}
