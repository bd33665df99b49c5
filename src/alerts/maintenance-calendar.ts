import type { MaintenanceWindow } from '../core/alerts/maintenance.ts';
import type { Instant } from '../core/time.ts';
import type { Session } from '../platform/database/database.ts';

/** What windows may be over: a cluster with its customer and its arbiter, or an arbiter alone. */
export type MaintainedThing =
  | { readonly clusterId: string; readonly customerId: string; readonly arbiterId: string }
  | { readonly arbiterId: string };

/** Where alerts ask for the windows of maintenance. */
export abstract class MaintenanceCalendar {
  /** The windows over this cluster or arbiter that lie around a moment. */
  abstract windowsOf(session: Session, thing: MaintainedThing, at: Instant): Promise<readonly MaintenanceWindow[]>;
}
