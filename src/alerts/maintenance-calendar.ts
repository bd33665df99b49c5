import type { MaintenanceWindow } from '../core/alerts/maintenance.ts';
import type { Instant } from '../core/time.ts';
import type { Session } from '../platform/database/database.ts';

/** Whose maintenance it may be. */
export interface MaintainedThing {
  readonly customerId: string | null;
  readonly clusterId: string | null;
  readonly arbiterId: string | null;
}

/** Where alerts ask for the windows of maintenance. */
export abstract class MaintenanceCalendar {
  /** The windows that cover this moment, of the cluster, its customer or its arbiter. */
  abstract windowsOf(session: Session, thing: MaintainedThing, at: Instant): Promise<readonly MaintenanceWindow[]>;
}
