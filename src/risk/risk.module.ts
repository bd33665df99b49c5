import { Module } from '@nestjs/common';
import { ArbitersModule } from '../arbiters/arbiters.module.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { VotesModule } from '../votes/votes.module.ts';
import { AnswerWhatIf } from './answer-what-if.ts';
import { ArbiterRiskController } from './arbiter-risk.controller.ts';
import { ListClients } from './list-clients.ts';
import { InstanceViews } from './instance-views.ts';
import { RiskStore } from './risk.store.ts';
import { ServedArbiters } from './served-arbiters.ts';
import { TellRestartImpact } from './tell-restart-impact.ts';
import { WhatIfController } from './what-if.controller.ts';

@Module({
  imports: [ArbitersModule, ClustersModule, VotesModule],
  controllers: [WhatIfController, ArbiterRiskController],
  providers: [RiskStore, ServedArbiters, InstanceViews, AnswerWhatIf, TellRestartImpact, ListClients],
})
export class RiskModule {}
