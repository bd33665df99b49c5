import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { AlertSubject } from '../core/alerts/symptom.ts';
import { SECOND_MS, type Clock, type Instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { CONFIG, type Config } from '../platform/config/config.ts';
import { Database } from '../platform/database/database.ts';
import { Breath } from '../votes/breath.ts';
import type { AlertSource } from './alert-source.ts';
import { EvaluateSubject } from './evaluate-subject.ts';
import { CertificatesSource } from './sources/certificates.ts';
import { InstancesSource } from './sources/instances.ts';
import { JobsSource } from './sources/jobs.ts';
import { UnwatchedSource } from './sources/unwatched.ts';
import { VotesSource } from './sources/votes.ts';

const EVERY_MS = 2 * SECOND_MS;
/** So many are asked for at once; when all of them were due, more are asked for at once. */
const BATCH = 500;
/** So many are weighed side by side: on SQLite they share a commit, on PostgreSQL they leave connections to others. */
const ABREAST = 8;

/** Looks every two seconds, in each process that works, for what is to be weighed against the rules of alerts. */
@Injectable()
export class WatchAlerts implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('alerts');
  private readonly sources: readonly AlertSource[];
  private readonly askedAt = new Map<AlertSource, Instant>();
  private timer: NodeJS.Timeout | null = null;
  private current: Promise<void> | null = null;
  private stopping = false;

  constructor(
    votes: VotesSource,
    instances: InstancesSource,
    jobs: JobsSource,
    certificates: CertificatesSource,
    unwatched: UnwatchedSource,
    private readonly database: Database,
    private readonly evaluate: EvaluateSubject,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.sources = [votes, instances, jobs, certificates, unwatched];
  }

  onApplicationBootstrap(): void {
    if (this.config.role === 'api') return;
    this.timer = setInterval(() => void this.look(), EVERY_MS);
  }

  /** The database is closed after this: no look may still be at it then. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    if (this.timer !== null) clearInterval(this.timer);
    await this.current;
  }

  /** One look at all that is due, or the one that is under way. Never rejects: what failed is due again. */
  look(): Promise<void> {
    this.current ??= this.lookAtAll().finally(() => (this.current = null));
    return this.current;
  }

  private async lookAtAll(): Promise<void> {
    const now = this.clock.now();
    for (const source of this.sources) {
      const askedAt = this.askedAt.get(source);
      // A clock that was set back must not silence a source.
      if (askedAt !== undefined && askedAt <= now && now - askedAt < source.everyMs) continue;
      this.askedAt.set(source, now);
      await this.lookAtSource(source).catch((thrown: unknown) => this.complain(thrown));
    }
  }

  private async lookAtSource(source: AlertSource): Promise<void> {
    for (;;) {
      const subjects = await source.due(this.database.read, this.clock.now(), BATCH);
      const failed = await this.weighAll(source, subjects);
      // Whoever failed is still due, and would be first again.
      if (!source.schedule || subjects.length < BATCH || failed > 0 || this.stopping) return;
    }
  }

  private async weighAll(source: AlertSource, subjects: readonly AlertSubject[]): Promise<number> {
    let failed = 0;
    const breath = new Breath();
    for (let from = 0; from < subjects.length && !this.stopping; from += ABREAST) {
      await breath.between();
      const abreast = subjects.slice(from, from + ABREAST).map((subject) => this.evaluate.run(source, subject));
      for (const outcome of await Promise.allSettled(abreast)) {
        if (outcome.status === 'fulfilled') continue;
        failed += 1;
        this.complain(outcome.reason);
      }
    }
    return failed;
  }

  private complain(thrown: unknown): void {
    this.log.error(thrown instanceof Error ? thrown : new Error('a look at what is due for alerts failed'));
  }
}
