import { countsFor, coversAt, type MaintenanceWindow } from '../maintenance/window.ts';
import { instant, type Instant } from '../time.ts';

/**
 * Until when trouble that began at `since` is to be kept quiet.
 * @returns the end of the last window that covers now and was made before the trouble, or null for not at all
 */
export const quietUntil = (windows: readonly MaintenanceWindow[], since: Instant, now: Instant): Instant | null => {
  const ends = windows.filter((window) => countsFor(window, since) && coversAt(window, now)).map(({ to }) => to);
  return ends.length === 0 ? null : instant(Math.max(...ends));
};
