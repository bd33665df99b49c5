import { DAY_MS, type Instant } from '../time.ts';

/** A stretch of time in which somebody works on a cluster, an arbiter or a customer's things. */
export interface MaintenanceWindow {
  readonly from: Instant;
  /** Exclusive. */
  readonly to: Instant;
  /** When it was made: it excuses nothing that had begun before. */
  readonly createdAt: Instant;
}

/** A window longer than this excuses more than any maintenance takes. */
export const LONGEST_WINDOW_MS = 30 * DAY_MS;

/**
 * Whether a window counts for an outage: only if it was made before the outage began, so that nobody explains one away
 * afterwards. Where it lies in time is another question: {@link coversAt}.
 * @param outageFrom since when the vote has been at least that bad
 */
export const countsFor = ({ createdAt }: Pick<MaintenanceWindow, 'createdAt'>, outageFrom: Instant): boolean =>
  createdAt <= outageFrom;

/** Whether the moment lies in the window; its end does not. */
export const coversAt = ({ from, to }: Pick<MaintenanceWindow, 'from' | 'to'>, at: Instant): boolean =>
  from <= at && at < to;

/**
 * Whether any of these windows excuses, at this moment, an outage that began then.
 * @param windows those of the cluster, of its customer and of its arbiter
 */
export const inMaintenance = (windows: readonly MaintenanceWindow[], outageFrom: Instant, at: Instant): boolean =>
  windows.some((window) => countsFor(window, outageFrom) && coversAt(window, at));

/**
 * How long the windows cover a stretch of time, in milliseconds; where they overlap it counts once.
 * @param from of the stretch
 * @param to of the stretch, exclusive
 */
export const coveredMs = (
  windows: readonly Pick<MaintenanceWindow, 'from' | 'to'>[],
  from: Instant,
  to: Instant,
): number => {
  const { total } = windows
    .map((window) => ({ from: Math.max(window.from, from), to: Math.min(window.to, to) }))
    .filter((part) => part.from < part.to)
    .toSorted((a, b) => a.from - b.from)
    .reduce(
      ({ total: sum, until }, part) => ({
        total: sum + Math.max(0, part.to - Math.max(part.from, until)),
        until: Math.max(until, part.to),
      }),
      { total: 0, until: -Infinity },
    );
  return total;
};
