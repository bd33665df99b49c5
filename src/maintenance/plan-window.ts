import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import { LONGEST_WINDOW_MS } from '../core/maintenance/window.ts';
import { parseInstant, type Clock, type Instant, type Period } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { randomUUIDv7 } from '../platform/crypto/random.ts';
import { Database } from '../platform/database/database.ts';
import type { Caller } from '../platform/http/caller.ts';
import { badRequest } from '../platform/http/problem.ts';
import type { NewWindow } from './maintenance.schema.ts';
import { MaintenanceStore } from './maintenance.store.ts';
import type { MaintenanceWindowRow } from './maintenance-window.entity.ts';
import { WindowSubjects } from './window-subjects.ts';

@Injectable()
export class PlanWindow {
  constructor(
    private readonly database: Database,
    private readonly windows: MaintenanceStore,
    private readonly subjects: WindowSubjects,
    private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Plans a maintenance window. It may begin in the past, but excuses no outage that had begun before it was made.
   * @throws a problem: 400 for a time that cannot be, 404 for what lies outside the caller's scope
   */
  async run(caller: Caller, asked: NewWindow): Promise<MaintenanceWindowRow> {
    return this.database.write(async (tx) => {
      const createdAt = this.clock.now();
      const window: MaintenanceWindowRow = {
        id: caller.madeId ?? randomUUIDv7(),
        ...(await this.subjects.find(tx, caller, asked)),
        ...periodOf(asked, createdAt),
        ...{ reason: asked.reason, version: 1, createdAt },
      };
      await this.windows.insert(tx, window);
      await this.audit.record(tx, caller.actor, window.customerId, {
        kind: 'maintenance.planned',
        data: {
          ...{ windowId: window.id, clusterId: window.clusterId, arbiterId: window.arbiterId },
          ...{ from: asked.from, to: asked.to, reason: asked.reason },
        },
      });
      return window;
    });
  }
}

const periodOf = (asked: NewWindow, now: Instant): Period => {
  const [from, to] = [parseInstant(asked.from), parseInstant(asked.to)];
  if (from === null || to === null || from >= to)
    throw badRequest('window_backwards', 'A maintenance window ends after it begins.');
  if (to <= now) throw badRequest('window_in_the_past', 'A maintenance window ends in the future.');
  if (to - from > LONGEST_WINDOW_MS)
    throw badRequest('window_too_long', 'A maintenance window lasts at most 30 days: plan several.');
  return { from, to };
};
