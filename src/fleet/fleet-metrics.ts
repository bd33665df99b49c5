import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import { EVERYTHING } from '../platform/database/scope.ts';
import { Metrics } from '../platform/metrics/metrics.ts';
import { FleetSeries } from './fleet-series.ts';
import { FleetStore } from './fleet.store.ts';
import { SeriesStore } from './series.store.ts';

/** Clusters that are read in one go; between two of them everybody else gets a turn. */
const PAGE = 100;

/** Tells Prometheus of the fleet: read from the database with each scrape, in one pass. */
@Injectable()
export class FleetMetrics implements OnModuleInit {
  private readonly log = new Logger('fleet');

  constructor(
    private readonly database: Database,
    private readonly fleet: FleetStore,
    private readonly series: SeriesStore,
    private readonly metrics: Metrics,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.metrics.add(() => this.read());
  }

  /** A database that is away costs these figures, and no others. */
  private async read(): Promise<readonly string[]> {
    try {
      return await this.readAll();
    } catch (thrown) {
      this.log.warn(thrown);
      const nothing = new FleetSeries(this.clock.now());
      nothing.service({ read: false });
      return nothing.families().map((family) => family.text());
    }
  }

  private async readAll(): Promise<readonly string[]> {
    const session = this.database.read;
    const told = new FleetSeries(this.clock.now());
    for (const instance of await this.fleet.instances(session)) told.instance(instance);
    for (const certificate of await this.series.ownCertificates(session)) told.certificate(certificate);
    for (const jobs of await this.fleet.openJobs(session, EVERYTHING)) told.jobs(jobs);
    for (let after = ''; ;) {
      const page = await this.series.clusters(session, after, PAGE);
      for (const cluster of page) told.cluster(cluster);
      const last = page.at(-1);
      if (!last || page.length < PAGE) break;
      after = last.clusterId;
      await nextTurn();
    }
    told.service({ frozen: await this.series.isFrozen(session), read: true });
    const texts: string[] = [];
    for (const family of told.families()) {
      texts.push(family.text());
      await nextTurn();
    }
    return texts;
  }
}
