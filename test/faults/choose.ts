import type { Cell } from './cell.ts';
import { chanceOf, shuffled } from './chance.ts';

/** What is small enough for each run of the tests, and finds most: see docs/safety.md. */
const IN_CI = new Set(['kill-9', 'delivered-twice', 'redis-flushed', 'run-twice']);
/** Every moment of every step matters to a death. What the others leave is the same at each moment, and on each node. */
const isIn = ({ fault, way, moment, part }: Cell): boolean =>
  (fault === 'kill-9' && way === 'do') || (moment === 'effected' && part !== 'node-2');

/** The cells of the CI subset, on two-node clusters: every point of kill -9, and every step delivered, flushed and run twice. */
export const ciSubset = (cells: readonly Cell[]): Cell[] =>
  cells.filter((cell) => IN_CI.has(cell.fault) && ['duo', 'arbiter'].includes(cell.shape) && isIn(cell));

/**
 * An even random sample: of each fault, kind and moment about as many, whatever their share of all cells.
 * @returns so many cells, or all where there are no more; the same for the same seed
 */
export const evenSample = (cells: readonly Cell[], count: number, seed: number): Cell[] => {
  const chance = chanceOf(seed);
  const strata = Object.values(
    Object.groupBy(shuffled(cells, chance), ({ fault, kind, moment }) => [fault, kind, moment].join('/')),
  ).map((stratum) => stratum ?? []);
  const taken: Cell[] = [];
  for (let round = 0; taken.length < Math.min(count, cells.length); round += 1) {
    const layer = shuffled(strata, chance).flatMap((stratum) => stratum.slice(round, round + 1));
    taken.push(...layer.slice(0, count - taken.length));
  }
  return taken;
};
