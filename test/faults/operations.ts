import { Lab } from '../lab/lab.ts';
import { makeBase } from './base.ts';
import { FAULTS, NO_FAULT } from './catalogue/catalogue.ts';
import { cellsOf, type Cell, type KindPlan } from './cell.ts';
import { chanceOf, oneOf, type Chance } from './chance.ts';
import { runCells } from './crew.ts';
import { spoken } from './estimate.ts';
import { KINDS, shapeNamed } from './kinds.ts';
import { Lane } from './lane.ts';
import { plansOf } from './matrix.ts';

/** A fault in so many operations. */
const FAULT_IN = 10;

export interface OperationsOptions {
  readonly count: number;
  readonly minutes: number;
  readonly seed: number;
  readonly lanes: readonly string[];
  readonly stop: AbortSignal;
  readonly say: (line: string) => void;
}

/**
 * Onboards and off-boards clusters of several shapes again and again, with a fault in a tenth of the operations, until there were
 * so many or the time is over, and says how far it came.
 * @returns whether nothing failed
 */
export const runOperations = async (options: OperationsOptions): Promise<boolean> => {
  const { count, minutes, seed, say } = options;
  say(`seed ${seed}`);
  const lab = await Lab.attach();
  await using base = await makeBase(lab, { prepared: true });
  const lanes = await Promise.all(
    options.lanes.map((shape, index) => Lane.open(lab, base, `lane${index + 1}`, shapeNamed(shape))),
  );
  try {
    const plans = await plansOf(lanes, say);
    const begun = performance.now();
    const stop = AbortSignal.any([options.stop, AbortSignal.timeout(minutes * 60_000)]);
    const tally = { done: 0, undone: 0, frozen: 0, FAILED: 0, losses: 0 };
    await runCells(lab, lanes, operationsOf(plans, options.lanes, count, chanceOf(seed)), {
      stop,
      told: (result) => {
        tally[result.outcome] += 1;
        tally.losses += result.losses;
        if (result.outcome === 'FAILED') say(`FAILED ${result.id}  ${result.troubles.join('; ')}`);
        const ran = tally.done + tally.undone + tally.frozen + tally.FAILED;
        if (ran % 10 === 0) say(`${ran} operations in ${spoken(performance.now() - begun)}: ${JSON.stringify(tally)}`);
      },
    });
    const ran = tally.done + tally.undone + tally.frozen + tally.FAILED;
    say(`${ran} of ${count} operations in ${spoken(performance.now() - begun)}: ${JSON.stringify(tally)}`);
    return tally.FAILED === 0;
  } finally {
    for (const lane of lanes) await lane.close();
  }
};

/** The kinds stand in the order of a cluster's life. */
const inLife = ({ kind }: KindPlan): number => KINDS.findIndex((row) => row.kind === kind);

/** So many operations, spread over the lanes' shapes: each the next kind in the life of a cluster, a tenth with a fault. */
export const operationsOf = (
  plans: readonly KindPlan[],
  shapes: readonly string[],
  count: number,
  chance: Chance,
): Cell[] => {
  const lives = Object.groupBy(
    plans.toSorted((one, other) => inLife(one) - inLife(other)),
    ({ shape }) => shape,
  );
  const turns = new Map<string, number>();
  return Array.from({ length: count }, () => {
    const shape = oneOf(shapes, chance);
    const life = lives[shape] ?? [];
    const turn = turns.get(shape) ?? 0;
    turns.set(shape, turn + 1);
    const plan = life[turn % life.length];
    if (!plan) throw new Error(`nothing can be done to a cluster of the shape ${shape}`);
    return oneOf(cellsOf([plan], chance() < 1 / FAULT_IN ? FAULTS : [NO_FAULT]), chance);
  });
};
