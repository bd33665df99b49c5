import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { MaintenanceModule } from '../maintenance/maintenance.module.ts';
import { VotesModule } from '../votes/votes.module.ts';
import { AvailabilityController } from './availability.controller.ts';
import { HistoryStore } from './history.store.ts';
import { ReportAvailability } from './report-availability.ts';

@Module({
  imports: [ClustersModule, VotesModule, MaintenanceModule],
  controllers: [AvailabilityController],
  providers: [HistoryStore, ReportAvailability],
  exports: [ReportAvailability],
})
export class AvailabilityModule {}
