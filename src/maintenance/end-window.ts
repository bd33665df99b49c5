import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { demandMatch } from '../platform/http/etag.ts';
import { conflict, notFound } from '../platform/http/problem.ts';
import { MaintenanceStore } from './maintenance.store.ts';

@Injectable()
export class EndWindow {
  constructor(
    private readonly database: Database,
    private readonly windows: MaintenanceStore,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Ends a window now. One that has begun stays on record with its new end; one that has not is gone.
   * @throws a problem: 409 for one that is over, since what it excused stays excused; 404, 412 and 428 as for every DELETE
   */
  async run(caller: Caller, id: string, ifMatch: string | undefined): Promise<void> {
    await this.database.write(async (tx) => {
      const window = await this.windows.find(tx, caller.scope, id);
      if (!window) throw notFound('maintenance window');
      demandMatch(ifMatch, window.version);
      const now = this.clock.now();
      if (window.to <= now)
        throw conflict('window_over', 'This maintenance window is over, and history is not changed afterwards.');
      const hasBegun = window.from < now;
      // Between the look and the change another may have written, where writers do not queue (PostgreSQL).
      const done = hasBegun ? await this.windows.end(tx, window, now) : await this.windows.delete(tx, window);
      if (!done) demandMatch(ifMatch, window.version + 1);
      await this.audit.record(tx, caller.actor, window.customerId, {
        kind: hasBegun ? 'maintenance.ended' : 'maintenance.cancelled',
        data: { windowId: id, clusterId: window.clusterId, arbiterId: window.arbiterId, reason: window.reason },
      });
    });
  }
}
