import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import type { DestinationStream } from 'pino';
import { AccessModule } from './access/access.module.ts';
import { AlertsModule } from './alerts/alerts.module.ts';
import { ArbitersModule } from './arbiters/arbiters.module.ts';
import { AuditModule } from './audit/audit.module.ts';
import { AvailabilityModule } from './availability/availability.module.ts';
import { CertificatesModule } from './certificates/certificates.module.ts';
import { ClustersModule } from './clusters/clusters.module.ts';
import { CustomersModule } from './customers/customers.module.ts';
import { FleetModule } from './fleet/fleet.module.ts';
import { FreezeModule } from './freeze/freeze.module.ts';
import { HealthModule } from './health/health.module.ts';
import { HostsModule } from './hosts/hosts.module.ts';
import { JobsModule } from './jobs/jobs.module.ts';
import { NotificationsModule } from './notifications/notifications.module.ts';
import { MaintenanceModule } from './maintenance/maintenance.module.ts';
import { logModule } from './platform/log/log.module.ts';
import { PlatformModule, type Surroundings } from './platform/platform.module.ts';
import { QueueModule } from './platform/queue/queue.module.ts';
import { RiskModule } from './risk/risk.module.ts';
import { VotesModule } from './votes/votes.module.ts';

/** The rooms, in the order in which they may lean on each other. */
const ROOMS = [
  ...[AuditModule, CustomersModule, AccessModule, HostsModule, ArbitersModule],
  ...[ClustersModule, CertificatesModule, VotesModule, MaintenanceModule, RiskModule, AvailabilityModule],
  ...[FreezeModule, JobsModule, NotificationsModule, AlertsModule, FleetModule],
];

/** The embedded queue's own database, in the data directory. */
export const QUEUE_FILE = 'queue.sqlite';

/**
 * How long a shutdown waits for jobs: a step in hand is cut off after 20 s (`src/jobs/interruption.ts`) and needs a moment
 * to let go.
 */
const SHUTDOWN_MS = 22_000;

/** The whole service. */
@Module({})
export class AppModule {
  static for(surroundings: Surroundings, log: DestinationStream): DynamicModule {
    const { config, clock } = surroundings;
    return {
      module: AppModule,
      imports: [
        logModule(log),
        PlatformModule.for(surroundings),
        QueueModule.forRoot({
          redisUrl: config.redisUrl,
          file: join(config.dataDirectory, QUEUE_FILE),
          clock,
          works: config.role !== 'api',
          shutdownMs: SHUTDOWN_MS,
        }),
        HealthModule,
        ...ROOMS,
      ],
    };
  }
}
