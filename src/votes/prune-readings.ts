import { Inject, Injectable } from '@nestjs/common';
import { DAY_MS, HOUR_MS, plus, type Clock, type Instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import { VotesStore } from './votes.store.ts';

/** Raw readings are for looking back at an incident; the transitions drawn from them stay. */
const KEPT_MS = 7 * DAY_MS;

@Injectable()
export class PruneReadings {
  private last: Instant | null = null;

  constructor(
    private readonly database: Database,
    private readonly votes: VotesStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Drops what is older than a week; at most once an hour, whoever asks. */
  async run(): Promise<void> {
    const now = this.clock.now();
    if (this.last !== null && now - this.last < HOUR_MS) return;
    this.last = now;
    await this.database.write((tx) => this.votes.pruneReadings(tx, plus(now, -KEPT_MS)));
  }
}
