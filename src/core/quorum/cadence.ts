import { SECOND_MS, type Instant } from '../time.ts';
import { isFresh, type FreshnessLimits, type VoteEvidence } from './views.ts';

/** How often sources are asked, in milliseconds. */
export interface Cadence {
  readonly arbiterEveryMs: number;
  readonly nodesEveryMs: number;
}

/** A host that swallows packets is given up after ten seconds, and is asked at every second beat only (`HostPatience`). */
const SLOWEST_LOOK_MS = 20 * SECOND_MS;

/** A view counts until it should have been followed by two more, and never for less than a host takes that cannot be reached. */
const freshFor = (everyMs: number): number => Math.max(2.5 * everyMs, 2 * everyMs + SLOWEST_LOOK_MS);

/** How old views may be when they are taken so often. */
export const limitsOf = ({ arbiterEveryMs, nodesEveryMs }: Cadence): FreshnessLimits => ({
  arbiterFreshMs: freshFor(arbiterEveryMs),
  nodeFreshMs: freshFor(nodesEveryMs),
});

/**
 * The moment at which the first of the views that count now stops counting, so that the state may become another one without
 * anybody saying anything.
 * @returns null when no view counts
 */
export const freshUntil = ({ arbiter, nodes, at, limits }: VoteEvidence): Instant | null => {
  const views = [
    ...(arbiter ? [{ view: arbiter, limitMs: limits.arbiterFreshMs }] : []),
    ...nodes.map((view) => ({ view, limitMs: limits.nodeFreshMs })),
  ];
  const ends = views
    .filter(({ view, limitMs }) => isFresh(view, at, limitMs))
    .map(({ view, limitMs }) => view.at + limitMs + 1);
  return ends.length > 0 ? (Math.min(...ends) as Instant) : null;
};
