import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { MINUTE_MS, plus, SECOND_MS, type Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { CONFIG, type Config } from '../platform/config/config.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { Database } from '../platform/database/database.ts';
import { AttemptDelivery } from './attempt-delivery.ts';
import { DeliveriesStore } from './deliveries.store.ts';
import type { Delivery } from './delivery.entity.ts';
import { OutboxBell } from './outbox-bell.ts';
import { PruneNotices } from './prune-notices.ts';

const EVERY_MS = SECOND_MS;
/** Longer than an attempt can take: a target's time-out, and the time to resolve its name. */
const LEASE_MS = MINUTE_MS;
/** Attempts of this process at once, in all and for one target: who hangs has no more hands than these. */
const AT_ONCE = 50;
const AT_ONCE_FOR_ONE = 2;
/** How long a shutdown lets attempts go on; one that is broken off is begun again after the start. */
const LAST_MS = 3_000;

/**
 * Delivers what is due: at once what this process put down, and each second what others did or what is to be tried again. The
 * database says what is due, so nothing is lost with a process; a claim keeps two from having one delivery in hand.
 */
@Injectable()
export class DeliverNotices implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger('notifications');
  private readonly stopping = new AbortController();
  private readonly underWay = new Map<Promise<void>, string>();
  private timer: NodeJS.Timeout | null = null;
  private current: Promise<void> | null = null;
  private isRungAgain = false;

  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveriesStore,
    private readonly attempts: AttemptDelivery,
    private readonly pruning: PruneNotices,
    private readonly bell: OutboxBell,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.role === 'api') return;
    // The embedded database admits one process: whoever held a delivery before is dead.
    if (this.config.databaseUrl === null) {
      await this.database.write((tx) => this.deliveries.releaseAll(tx, this.clock.now()));
    }
    this.bell.listen(() => this.ring());
    this.timer = setInterval(() => this.ring(), EVERY_MS);
  }

  /** The database is closed after this. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    await this.current;
    const cutOff = setTimeout(() => this.stopping.abort(), LAST_MS);
    await Promise.all(this.underWay.keys());
    clearTimeout(cutOff);
  }

  private ring(): void {
    if (this.timer === null) return;
    this.isRungAgain = true;
    this.current ??= this.work().finally(() => (this.current = null));
  }

  private async work(): Promise<void> {
    try {
      while (this.isRungAgain) {
        this.isRungAgain = false;
        while (await this.startSome());
        await this.pruning.run();
      }
    } catch (thrown) {
      // The database is away: the next second asks again.
      this.complain(thrown);
    }
  }

  /** @returns whether there may be more to start */
  private async startSome(): Promise<boolean> {
    const free = AT_ONCE - this.underWay.size;
    if (free <= 0) return false;
    const due = await this.deliveries.due(this.database.read, this.clock.now(), this.busyTargets(), free);
    const chosen = this.withinTheirShare(due);
    if (chosen.length === 0) return false;
    const until = plus(this.clock.now(), LEASE_MS);
    const claimed = await this.database.write(async (tx) => {
      const taken = [];
      for (const one of chosen) taken.push(await this.deliveries.claim(tx, one, randomUUIDv7(), until));
      return taken.filter((one) => one !== null);
    });
    for (const one of claimed) this.start(one);
    return true;
  }

  private start(delivery: Delivery): void {
    const attempt = this.attempts
      .run(delivery, this.stopping.signal)
      .catch((thrown: unknown) => this.complain(thrown))
      .finally(() => {
        this.underWay.delete(attempt);
        this.ring();
      });
    this.underWay.set(attempt, delivery.targetId);
  }

  private countFor(targetId: string): number {
    return [...this.underWay.values()].filter((busy) => busy === targetId).length;
  }

  private busyTargets(): readonly string[] {
    const targets = new Set(this.underWay.values());
    return [...targets].filter((targetId) => this.countFor(targetId) >= AT_ONCE_FOR_ONE);
  }

  private withinTheirShare(due: readonly Delivery[]): readonly Delivery[] {
    const share = new Map<string, number>();
    return due.filter(({ targetId }) => {
      const used = share.get(targetId) ?? this.countFor(targetId);
      share.set(targetId, used + 1);
      return used < AT_ONCE_FOR_ONE;
    });
  }

  private complain(thrown: unknown): void {
    this.log.error(thrown instanceof Error ? thrown : new Error('a delivery'));
  }
}
