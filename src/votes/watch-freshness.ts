import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SECOND_MS, type Clock, type Instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { CONFIG, type Config } from '../platform/config/config.ts';
import { Database } from '../platform/database/database.ts';
import { Breath } from './breath.ts';
import { JudgedClusters } from './judged-clusters.ts';
import { JudgeVotes } from './judge-votes.ts';
import { KeepReadings } from './keep-readings.ts';
import { VotesStore } from './votes.store.ts';

const EVERY_MS = SECOND_MS;
/** So many clusters are taken up at once. */
const AT_ONCE = 200;

/**
 * Sees to the clusters whose views have stopped counting: silence changes a state too. A view that was followed by others which said
 * the same counts on, and the cluster is left as it is; only the moment at which it is to be asked of again moves on.
 */
@Injectable()
export class WatchFreshness implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('votes');
  private timer: NodeJS.Timeout | null = null;
  private current: Promise<void> | null = null;

  constructor(
    private readonly database: Database,
    private readonly votes: VotesStore,
    private readonly judged: JudgedClusters,
    private readonly judge: JudgeVotes,
    private readonly readings: KeepReadings,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.role === 'api') return;
    this.timer = setInterval(() => void this.beat(), EVERY_MS);
  }

  /** The database is closed after this: nobody may still be at it then. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.current;
  }

  /** Goes through every cluster that is due. */
  async run(): Promise<void> {
    for (let stale = await this.due(); stale.length > 0; stale = stale.length < AT_ONCE ? [] : await this.due())
      await this.seeTo(stale);
  }

  private due(): Promise<string[]> {
    return this.votes.staleClusters(this.database.read, this.clock.now(), AT_ONCE);
  }

  private async seeTo(clusterIds: readonly string[]): Promise<void> {
    const goOn: { clusterId: string; freshUntil: Instant | null }[] = [];
    const anew: string[] = [];
    const breath = new Breath();
    for (const clusterId of clusterIds) {
      await breath.between();
      const sources = this.database.isShared ? null : this.judged.sourcesOf(clusterId);
      const freshUntil = sources && (await this.judge.stillFreshUntil(sources));
      if (freshUntil === null) anew.push(clusterId);
      else goOn.push({ clusterId, freshUntil });
    }
    await this.readings.judgeAnew(anew);
    if (goOn.length > 0) await this.database.write((tx) => this.votes.putFreshUntil(tx, goOn));
  }

  private async beat(): Promise<void> {
    if (this.current) return;
    this.current = this.run().catch((thrown: unknown) => this.log.error(thrown, 'the watch over views that grow old'));
    await this.current;
    this.current = null;
  }
}
