import {
  Global,
  Inject,
  Logger,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Finding } from '../../core/finding.ts';
import type { Clock } from '../../core/time.ts';
import { bullOnRedis, bullOnSqlite } from './bull.ts';
import { BullWorkQueue } from './bull-work-queue.ts';
import { WorkQueue } from './queue.ts';

export interface QueueOptions {
  /** `redis://…`, or null for the embedded queue. */
  readonly redisUrl: string | null;
  /** The embedded queue's own database file. */
  readonly file: string;
  readonly clock: Clock;
  /** Whether this process works, or only wakes others. */
  readonly works: boolean;
  /** How long a shutdown waits for running work, in milliseconds. */
  readonly shutdownMs: number;
}

const OPTIONS = Symbol('QueueOptions');

/** Hands the queue to every room; takes work when all modules have registered their processors. */
@Global()
@Module({})
export class QueueModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #queue: BullWorkQueue;
  readonly #options: QueueOptions;

  constructor(@Inject(WorkQueue) queue: BullWorkQueue, @Inject(OPTIONS) options: QueueOptions) {
    this.#queue = queue;
    this.#options = options;
  }

  static forRoot(options: QueueOptions): DynamicModule {
    return {
      module: QueueModule,
      providers: [
        { provide: OPTIONS, useValue: options },
        { provide: WorkQueue, useFactory: () => openWorkQueue(options) },
      ],
      exports: [WorkQueue],
    };
  }

  onApplicationBootstrap(): void {
    if (this.#options.works) this.#queue.start();
  }

  /** Running work ends here, while the database is still open: that is closed in the phase after this. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#queue.stop(this.#options.shutdownMs);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#queue.close();
  }
}

const openWorkQueue = ({ redisUrl, file, clock }: QueueOptions): BullWorkQueue => {
  const logger = new Logger('Queue');
  const bull = redisUrl === null ? bullOnSqlite(file, clock) : bullOnRedis(redisUrl);
  return new BullWorkQueue({ bull, clock, report: (finding) => log(logger, finding) });
};

const log = (logger: Logger, finding: Finding): void => {
  if (finding.severity === 'error') logger.error(finding);
  else if (finding.severity === 'warning') logger.warn(finding);
  else logger.log(finding);
};
