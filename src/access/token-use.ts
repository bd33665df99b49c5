import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { MINUTE_MS, type Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import type { Token } from './token.entity.ts';
import { TokensStore } from './tokens.store.ts';

/** Notes when tokens were last used: to the minute, and beside the request, which does not wait for it. */
@Injectable()
export class TokenUse implements BeforeApplicationShutdown {
  private readonly log = new Logger('access');
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly tokens: TokensStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  note(token: Token): void {
    const now = this.clock.now();
    const isFresh = token.lastUsedAt !== null && now - token.lastUsedAt < MINUTE_MS;
    if (isFresh || this.underWay.has(token.id)) return;
    const noting = this.database
      .write((tx) => this.tokens.noteUse(tx, token.id, now))
      .catch((thrown: unknown) => this.log.warn(thrown))
      .finally(() => this.underWay.delete(token.id));
    this.underWay.set(token.id, noting);
  }

  /** Waits for what is still being noted. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.underWay.values());
  }
}
