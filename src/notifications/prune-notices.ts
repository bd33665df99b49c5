import { Inject, Injectable } from '@nestjs/common';
import { DAY_MS, HOUR_MS, plus, type Clock, type Instant } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import { DeliveriesStore } from './deliveries.store.ts';

/** Deliveries are for looking back at what was sent; that something happened is history, and stands elsewhere. */
const KEPT_MS = 30 * DAY_MS;
/** So few in one unit of work that other writers hardly wait. */
const AT_ONCE = 200;

@Injectable()
export class PruneNotices {
  private last: Instant | null = null;

  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveriesStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Drops what is older than 30 days; at most once an hour, whoever asks, but at once again while there is more. */
  async run(): Promise<void> {
    const now = this.clock.now();
    if (this.last !== null && now - this.last < HOUR_MS) return;
    const dropped = await this.database.write((tx) => this.deliveries.prune(tx, plus(now, -KEPT_MS), AT_ONCE));
    if (dropped < AT_ONCE) this.last = now;
  }
}
