import { Module } from '@nestjs/common';
import { ArbitersModule } from '../arbiters/arbiters.module.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { HostsModule } from '../hosts/hosts.module.ts';
import { AssessVote } from './assess-vote.ts';
import { PruneHistory } from './prune-history.ts';
import { ReadVotes } from './read-votes.ts';
import { VotesController } from './votes.controller.ts';
import { VotesStore } from './votes.store.ts';
import { WatchVotes } from './watch-votes.ts';

@Module({
  imports: [HostsModule, ArbitersModule, ClustersModule],
  controllers: [VotesController],
  providers: [VotesStore, AssessVote, ReadVotes, WatchVotes, PruneHistory],
  exports: [ReadVotes, WatchVotes, VotesStore, AssessVote, PruneHistory],
})
export class VotesModule {}
