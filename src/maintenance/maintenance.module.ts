import { Module } from '@nestjs/common';
import { ArbitersModule } from '../arbiters/arbiters.module.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { CustomersModule } from '../customers/customers.module.ts';
import { EndWindow } from './end-window.ts';
import { MaintenanceController } from './maintenance.controller.ts';
import { MaintenanceStore } from './maintenance.store.ts';
import { PlanWindow } from './plan-window.ts';
import { WindowSubjects } from './window-subjects.ts';

@Module({
  imports: [CustomersModule, ArbitersModule, ClustersModule],
  controllers: [MaintenanceController],
  providers: [MaintenanceStore, WindowSubjects, PlanWindow, EndWindow],
  exports: [MaintenanceStore],
})
export class MaintenanceModule {}
