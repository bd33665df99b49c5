import { Module } from '@nestjs/common';
import { ArbitersModule } from '../arbiters/arbiters.module.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { CustomersModule } from '../customers/customers.module.ts';
import { MaintenanceModule } from '../maintenance/maintenance.module.ts';
import { NotificationsModule } from '../notifications/notifications.module.ts';
import { AlertRulesController } from './alert-rules.controller.ts';
import { AlertRulesStore } from './alert-rules.store.ts';
import { AlertsController } from './alerts.controller.ts';
import { AlertsStore } from './alerts.store.ts';
import { ChangeRule } from './change-rule.ts';
import { ChangeTicket } from './change-ticket.ts';
import { EvaluateSubject } from './evaluate-subject.ts';
import { KeepAlerts } from './keep-alerts.ts';
import { ReadRules } from './read-rules.ts';
import { CertificatesSource } from './sources/certificates.ts';
import { InstancesSource } from './sources/instances.ts';
import { JobsSource } from './sources/jobs.ts';
import { UnwatchedSource } from './sources/unwatched.ts';
import { VotesSource } from './sources/votes.ts';
import { TellAlert } from './tell-alert.ts';
import { WatchAlerts } from './watch-alerts.ts';
import { WatchedStore } from './watched.store.ts';
import { WeighAlerts } from './weigh-alerts.ts';

@Module({
  imports: [CustomersModule, ArbitersModule, ClustersModule, MaintenanceModule, NotificationsModule],
  controllers: [AlertsController, AlertRulesController],
  providers: [
    ...[AlertsStore, AlertRulesStore, WatchedStore],
    ...[VotesSource, InstancesSource, JobsSource, CertificatesSource, UnwatchedSource],
    ...[WeighAlerts, KeepAlerts, TellAlert, EvaluateSubject, WatchAlerts],
    ...[ReadRules, ChangeRule, ChangeTicket],
  ],
  exports: [AlertsStore],
})
export class AlertsModule {}
