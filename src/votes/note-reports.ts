import { Inject, Injectable } from '@nestjs/common';
import { AgentTokensStore } from '../access/agent-tokens.store.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import type { Clock } from '../core/time.ts';

/**
 * Reports that come within so many milliseconds are noted in one transaction. Without it each is a commit of its own, and so two
 * waits for the disk: a few hundred a second leave the one thread nothing else to do. No agent minds the delay.
 */
const GATHER_MS = 20;

interface Waiting {
  readonly tokenId: string;
  readonly sequence: number;
  readonly resolve: (isNew: boolean) => void;
  readonly reject: (reason: unknown) => void;
}

/** Notes the numbers of reports before anything is made of them. */
@Injectable()
export class NoteReports {
  private waiting: Waiting[] = [];

  constructor(
    private readonly database: Database,
    private readonly tokens: AgentTokensStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @returns once it is durable: false when the token is gone, or a report with this number or a later one was taken already
   * @throws what the database throws: then none of those that were noted together stands
   */
  run(tokenId: string, sequence: number): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.waiting.push({ tokenId, sequence, resolve, reject });
    if (this.waiting.length === 1) setTimeout(() => void this.noteAll(), GATHER_MS);
    return promise;
  }

  private async noteAll(): Promise<void> {
    // In one order everywhere, so that two processes that note the same agents do not wait for each other.
    const together = this.waiting.toSorted((a, b) => (a.tokenId < b.tokenId ? -1 : a.tokenId > b.tokenId ? 1 : 0));
    this.waiting = [];
    const at = this.clock.now();
    try {
      const news = await this.database.write(async (tx) => {
        const found: boolean[] = [];
        for (const { tokenId, sequence } of together) found.push(await this.tokens.advance(tx, tokenId, sequence, at));
        return found;
      });
      together.forEach(({ resolve }, index) => resolve(news[index] ?? false));
    } catch (reason) {
      for (const { reject } of together) reject(reason);
    }
  }
}
