import { Global, Module, type DynamicModule } from '@nestjs/common';
import type { Clock } from '../core/time.ts';
import { CLOCK } from './clock/clock.ts';
import { CONFIG, type Config } from './config/config.ts';
import { Keyring } from './crypto/kek.ts';
import type { Database } from './database/database.ts';
import { DatabaseModule } from './database/database.module.ts';
import { Mailer } from './mail/mailer.ts';
import { Metrics } from './metrics/metrics.ts';
import { MeasuredSsh } from './ssh/measured-ssh.ts';
import { SSH, type Ssh } from './ssh/ssh.ts';
import { WebhookSender } from './webhook/webhook-sender.ts';
import { WebhookTargets } from './webhook/webhook-target.ts';

/** What is opened before the application is: each of it stands for something outside of the process. */
export interface Surroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly database: Database;
  readonly keyring: Keyring;
  readonly ssh: Ssh;
}

/** Hands the surroundings to every room. */
@Global()
@Module({})
export class PlatformModule {
  static for({ config, clock, database, keyring, ssh }: Surroundings): DynamicModule {
    return {
      module: PlatformModule,
      imports: [DatabaseModule.for(database)],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: CLOCK, useValue: clock },
        { provide: Keyring, useValue: keyring },
        { provide: WebhookTargets, useValue: new WebhookTargets(config.webhookAllow) },
        { provide: WebhookSender, useValue: new WebhookSender() },
        { provide: Mailer, useValue: new Mailer(config.smtp) },
        { provide: SSH, useFactory: (metrics: Metrics) => new MeasuredSsh(ssh, metrics), inject: [Metrics] },
        Metrics,
      ],
      exports: [CONFIG, CLOCK, Keyring, SSH, WebhookTargets, WebhookSender, Mailer, Metrics],
    };
  }
}
