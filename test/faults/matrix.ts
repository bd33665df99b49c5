import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lab } from '../lab/lab.ts';
import { PROJECT } from '../machine/build.ts';
import { makeBase } from './base.ts';
import { FAULTS } from './catalogue/catalogue.ts';
import { cellsOf, idOf, type Cell, type KindPlan } from './cell.ts';
import { runCells } from './crew.ts';
import { spoken, timeLeft } from './estimate.ts';
import { ARBITER, shapeNamed } from './kinds.ts';
import { Lane } from './lane.ts';
import { appendResult, readResults } from './results.ts';
import { matrixTable, withTable } from './table.ts';

const SAFETY = join(PROJECT, 'docs', 'safety.md');

export interface MatrixOptions {
  /** Which of all cells are to be run. */
  readonly choose: (cells: readonly Cell[]) => Cell[];
  /** A shape for each lane; lanes of one shape share its cells. */
  readonly lanes: readonly string[];
  readonly results: string;
  /** Whether cells that stand in the results are left out. */
  readonly goOn: boolean;
  readonly writeTable: boolean;
  readonly stop: AbortSignal;
  readonly say: (line: string) => void;
}

/** The clusters that the lanes need, in the lab's notation. */
export const clustersFor = (lanes: readonly string[]): string[] =>
  lanes.map((shape, index) => `lane${index + 1}${shapeNamed(shape).spec}`);

/**
 * Runs the matrix, or a part of it, in a lab whose clusters are `clustersFor` the lanes.
 * @returns whether no cell has failed
 */
export const runMatrix = async (options: MatrixOptions): Promise<boolean> => {
  const { say } = options;
  const lab = await Lab.attach();
  const lanes: Lane[] = [];
  await using bases = new AsyncDisposableStack();
  try {
    const unprepared = bases.use(await makeBase(lab, { prepared: false }));
    const arbiter = await Lane.open(lab, unprepared, 'arbiter', ARBITER);
    lanes.push(arbiter);
    const arbiterPlans = await arbiter.plans();
    await lab.reset('arbiter');
    const base = bases.use(await makeBase(lab, { prepared: true }));
    const onClusters = await Promise.all(
      options.lanes.map((shape, index) => Lane.open(lab, base, `lane${index + 1}`, shapeNamed(shape))),
    );
    lanes.push(...onClusters);
    const plans = [...arbiterPlans, ...(await plansOf(onClusters, say))];
    const cells = chosenOf(options, plans);
    const first = await runSome(
      options,
      lab,
      onClusters,
      cells.filter(({ shape }) => shape !== ARBITER.name),
    );
    // Whoever changes the arbiter has it to himself, and to begin with it has to be a fresh one again.
    arbiter.stage = null;
    const second = await runSome(
      options,
      lab,
      [arbiter],
      cells.filter(({ shape }) => shape === ARBITER.name),
    );
    tell(options, plans);
    return first && second;
  } finally {
    for (const lane of lanes)
      await lane.close().catch((thrown: unknown) => say(`closing ${lane.name}: ${String(thrown)}`));
  }
};

/** The steps of every kind on every shape among these lanes, as their services plan them. */
export const plansOf = async (lanes: readonly Lane[], say: (line: string) => void): Promise<KindPlan[]> => {
  const ofEachShape = lanes.filter((lane, index) => lanes.findIndex(({ shape }) => shape === lane.shape) === index);
  const plans = (await Promise.all(ofEachShape.map((lane) => lane.plans()))).flat();
  for (const { kind, shape, rows } of plans) say(`${kind} on ${shape}: ${rows.length} steps`);
  return plans;
};

/** What is to be run of all cells, and does not stand in the results already. */
const chosenOf = ({ choose, goOn, results }: MatrixOptions, plans: readonly KindPlan[]): Cell[] => {
  const ran = new Set(goOn ? readResults(results).map(({ id }) => id) : []);
  return choose(cellsOf(plans, FAULTS)).filter((cell) => !ran.has(idOf(cell)));
};

const runSome = async (options: MatrixOptions, lab: Lab, lanes: readonly Lane[], cells: readonly Cell[]) => {
  const { results, say, stop } = options;
  const left = cells.map(({ fault }) => fault);
  const seen = readResults(results).map(({ cell, ms }) => ({ fault: cell.fault, ms }));
  let failed = 0;
  say(`${cells.length} cells on ${lanes.length} lanes, about ${spoken(timeLeft(left, seen, lanes.length))}`);
  await runCells(lab, lanes, cells, {
    stop,
    told: (result) => {
      appendResult(results, result);
      left.splice(left.indexOf(result.cell.fault), 1);
      seen.push({ fault: result.cell.fault, ms: result.ms });
      if (result.outcome === 'FAILED') failed += 1;
      const why = [result.finding ?? '', ...result.troubles].filter(Boolean).join('; ');
      const rest = `${left.length} left, about ${spoken(timeLeft(left, seen, lanes.length))}`;
      say(
        `${result.outcome.padEnd(6)} ${(result.ms / 1000).toFixed(1).padStart(5)} s  ${result.id}  ${why}  [${rest}]`,
      );
    },
  });
  return failed === 0;
};

const tell = ({ results, writeTable, say }: MatrixOptions, plans: readonly KindPlan[]): void => {
  const cells = cellsOf(plans, FAULTS).map((cell) => ({ ...cell, id: idOf(cell) }));
  const table = matrixTable(cells, readResults(results));
  say(table);
  if (writeTable && existsSync(SAFETY)) writeFileSync(SAFETY, withTable(readFileSync(SAFETY, 'utf8'), table));
};
