import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.ts';
import type { Clock } from '../core/time.ts';
import { CLOCK } from '../platform/clock/clock.ts';
import { Database } from '../platform/database/database.ts';
import { JobBell } from './job-bell.ts';
import { JobsStore } from './jobs.store.ts';
import { Leases } from './leases.ts';

/** What the journal and the leases need, in one hand. */
@Injectable()
export class JobTools {
  constructor(
    readonly database: Database,
    readonly jobs: JobsStore,
    readonly leases: Leases,
    readonly audit: AuditStore,
    readonly bell: JobBell,
    @Inject(CLOCK) readonly clock: Clock,
  ) {}
}
