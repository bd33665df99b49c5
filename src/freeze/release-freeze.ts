import { Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { demandMatch } from '../platform/http/etag.ts';
import { forbidden } from '../platform/http/problem.ts';
import { FreezeStore } from './freeze.store.ts';
import { FreezeWatch } from './freeze-watch.ts';

@Injectable()
export class ReleaseFreeze {
  constructor(
    private readonly database: Database,
    private readonly freezes: FreezeStore,
    private readonly watch: FreezeWatch,
    private readonly audit: AuditStore,
  ) {}

  /**
   * Lets work go on: what is queued by itself, what was stopped when a person says so. Does nothing where nothing is frozen.
   * @throws a problem: 403 for a token of one customer, 412 and 428 as for every DELETE
   */
  async run(caller: Caller, ifMatch: string | undefined): Promise<void> {
    if (caller.scope.kind === 'customer') throw forbidden('forbidden', 'A token of one customer cannot release all.');
    await this.database.write(async (tx) => {
      const before = await this.freezes.find(tx);
      demandMatch(ifMatch, before.version);
      if (!before.frozen) return;
      await this.freezes.update(tx, {
        ...before,
        ...{ frozen: false, reason: null, since: null, by: null, version: before.version + 1 },
      });
      await this.audit.record(tx, caller.actor, null, {
        kind: 'freeze.released',
        data: { reason: before.reason ?? '' },
      });
      tx.afterCommit(() => this.watch.tellRelease());
    });
  }
}
