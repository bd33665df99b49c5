import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database.ts';
import type { Freeze } from './freeze.entity.ts';
import { FreezeStore } from './freeze.store.ts';
import { ServiceFrozen } from './service-frozen.ts';

/** How often each process looks while it has work on hosts: a freeze is to stop that within a second, on all of them. */
export const FREEZE_LOOK_MS = 300;

/** One piece of work that a freeze is to stop: its signal is given with a `ServiceFrozen`. */
export interface FreezeGuard extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * Tells work of a freeze: at once when it was set in this process, else by looking at the database. It looks only while
 * somebody works. A database that cannot be read says nothing here; the permit of each change asks it as well.
 */
@Injectable()
export class FreezeWatch {
  private readonly guarded = new Set<AbortController>();
  private readonly onRelease: (() => void)[] = [];
  private timer: NodeJS.Timeout | null = null;
  private looking = false;

  constructor(
    private readonly database: Database,
    private readonly freezes: FreezeStore,
  ) {}

  /** Watches for a freeze until the guard is disposed of. */
  guard(): FreezeGuard {
    const control = new AbortController();
    this.guarded.add(control);
    this.timer ??= setInterval(() => void this.look(), FREEZE_LOOK_MS);
    return {
      signal: control.signal,
      [Symbol.dispose]: () => this.leave(control),
    };
  }

  /** Asks the database now. @throws ServiceFrozen */
  async demandNone(): Promise<void> {
    const freeze = await this.freezes.find(this.database.read);
    if (!freeze.frozen) return;
    this.stopAll(freeze);
    throw new ServiceFrozen(freeze);
  }

  /** Stops all work of this process. */
  stopAll(freeze: Freeze): void {
    for (const control of this.guarded) control.abort(new ServiceFrozen(freeze));
  }

  /** Has a listener told of each release in this process; others find out by their sweep, or are woken by the queue. */
  listen(listener: () => void): void {
    this.onRelease.push(listener);
  }

  tellRelease(): void {
    for (const listener of this.onRelease) listener();
  }

  private leave(control: AbortController): void {
    this.guarded.delete(control);
    if (this.guarded.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      await this.demandNone();
    } catch {
      // Frozen: all were told. Away: the next look is soon.
    } finally {
      this.looking = false;
    }
  }
}
