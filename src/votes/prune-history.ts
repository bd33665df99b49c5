import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { DAY_MS, plus, type Clock, type Instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { CONFIG, type Config } from '../platform/config/config.ts';
import { Database, type Transaction } from '../platform/database/database.ts';
import { VotesStore } from './votes.store.ts';

/** Rows that go in one unit of work, and the pause after it: writers wait for a few milliseconds at most. */
const BITE = 500;
const PAUSE_MS = 20;

/** Bites in one run; the next one is a minute away and goes on where this one ended. */
const MOST_BITES = 200;

type Bite = (tx: Transaction, before: Instant, limit: number) => Promise<number>;

/** Lets old readings and transitions go, in the background and in small bites. */
@Injectable()
export class PruneHistory implements BeforeApplicationShutdown {
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly votes: VotesStore,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Drops what is older than it is kept. Of each cluster the last transition stays that old: what it says still holds. */
  async run(): Promise<void> {
    const { readingsDays, transitionsDays } = this.config;
    await this.prune(readingsDays, (tx, before, limit) => this.votes.pruneReadings(tx, before, limit));
    await this.prune(transitionsDays, (tx, before, limit) => this.votes.pruneTransitions(tx, before, limit));
  }

  /** The database is closed after this, so the bite under way is the last one. */
  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  private async prune(days: number, bite: Bite): Promise<void> {
    const before = plus(this.clock.now(), -days * DAY_MS);
    const { signal } = this.stopping;
    for (let bites = 0; bites < MOST_BITES && !signal.aborted; bites += 1) {
      const gone = await this.database.write((tx) => bite(tx, before, BITE));
      if (gone < BITE) return;
      await wait(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
