import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { forbidden } from '../platform/http/problem.ts';
import type { Freeze } from './freeze.entity.ts';
import { FreezeStore } from './freeze.store.ts';
import { FreezeWatch } from './freeze-watch.ts';

@Injectable()
export class SetFreeze {
  constructor(
    private readonly database: Database,
    private readonly freezes: FreezeStore,
    private readonly watch: FreezeWatch,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Stops all work on hosts: in this process at once, in every other one within a second. Frozen already, it stays as it
   * is, with the first reason.
   * @throws a problem: 403 for a token of one customer
   */
  async run(caller: Caller, reason: string): Promise<Freeze> {
    if (caller.scope.kind === 'customer') throw forbidden('forbidden', 'A token of one customer cannot freeze all.');
    const freeze = await this.database.write(async (tx) => {
      const before = await this.freezes.find(tx);
      if (before.frozen) return before;
      const by = caller.actor;
      const after = { ...before, frozen: true, reason, since: this.clock.now(), by, version: before.version + 1 };
      await this.freezes.update(tx, after);
      await this.audit.record(tx, by, null, { kind: 'freeze.set', data: { reason } });
      return after;
    });
    this.watch.stopAll(freeze);
    return freeze;
  }
}
