import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.ts';
import { JobsModule } from '../jobs/jobs.module.ts';
import { FleetController } from './fleet.controller.ts';
import { FleetMetrics } from './fleet-metrics.ts';
import { FleetStore } from './fleet.store.ts';
import { SeriesStore } from './series.store.ts';
import { SummariseFleet } from './summarise-fleet.ts';
import { WorkMetrics } from './work-metrics.ts';

@Module({
  imports: [JobsModule, AlertsModule],
  controllers: [FleetController],
  providers: [FleetStore, SeriesStore, SummariseFleet, FleetMetrics, WorkMetrics],
})
export class FleetModule {}
