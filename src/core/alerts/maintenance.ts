import { instant, type Instant } from '../time.ts';

/** A time in which somebody works on the hosts, both announced and bounded. */
export interface MaintenanceWindow {
  readonly from: Instant;
  readonly to: Instant;
  readonly createdAt: Instant;
}

/** A window that was made when the trouble was there already excuses nothing. */
const excuses = ({ from, to, createdAt }: MaintenanceWindow, since: Instant, now: Instant): boolean =>
  from <= now && now < to && createdAt <= since;

/**
 * Until when trouble that began at `since` is to be kept quiet.
 * @returns the end of the last window that covers now and was made before the trouble, or null for not at all
 */
export const quietUntil = (windows: readonly MaintenanceWindow[], since: Instant, now: Instant): Instant | null => {
  const ends = windows.filter((window) => excuses(window, since, now)).map(({ to }) => to);
  return ends.length === 0 ? null : instant(Math.max(...ends));
};
