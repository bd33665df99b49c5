import type { Lab } from '../lab/lab.ts';
import { idOf, type Cell } from './cell.ts';
import { faultNamed } from './catalogue/catalogue.ts';
import { kindNamed } from './kinds.ts';
import type { Lane } from './lane.ts';
import { Passage } from './passage.ts';
import { runCell, type CellResult } from './run-cell.ts';

/** A cell that proved nothing because the machine was too busy is run so often. */
const TRIES = 3;

export interface CrewOptions {
  readonly stop: AbortSignal;
  readonly told: (result: CellResult) => void;
}

/** Has cells run on lanes, side by side, until none is left or somebody stops it at a cell's border. */
export const runCells = async (
  lab: Lab,
  lanes: readonly Lane[],
  cells: readonly Cell[],
  { stop, told }: CrewOptions,
): Promise<void> => {
  const open = [...cells];
  const passage = new Passage();
  await Promise.all(
    lanes.map(async (lane) => {
      for (let cell = takeFor(lane, open); cell && !stop.aborted; cell = takeFor(lane, open)) {
        const next = cell;
        const work = (): Promise<CellResult> => seenClearly(lab, lane, next);
        told(await (strikesAll(cell) ? passage.alone(work) : passage.together(work)));
      }
    }),
  );
};

/** What strikes the arbiter strikes every lane, for all of them have the same one. */
const strikesAll = (cell: Cell): boolean => Boolean(faultNamed(cell.fault).everywhere) || cell.part === 'arbiter';

const seenClearly = async (lab: Lab, lane: Lane, cell: Cell): Promise<CellResult> => {
  for (let tries = 1; ; tries += 1) {
    const result = await runCell(lab, lane, cell).catch((thrown: unknown) => broken(lane, cell, thrown));
    if (result.outcome === 'FAILED') await lane.keepLog(result.id);
    if (!result.blind || tries === TRIES) return result;
  }
};

/** The harness itself could not go on: the cell has failed, and its lane begins anew. */
const broken = (lane: Lane, cell: Cell, thrown: unknown): CellResult => {
  lane.stage = null;
  const says = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    ...{
      id: idOf(cell),
      cell,
      outcome: 'FAILED',
      troubles: [`the cell could not be run: ${says}`],
      losses: 0,
      blind: false,
    },
    ...{ ms: 0, end: null, thawed: null, finding: null, jobId: '' },
  };
};

/** The next cell of this lane's shape, rather one that begins where the last one ended and needs the service as it is. */
const takeFor = (lane: Lane, open: Cell[]): Cell | undefined => {
  const fits = open.filter(({ shape }) => shape === lane.shape.name);
  const cost = (cell: Cell): number =>
    (kindNamed(cell.kind).from === lane.stage ? 0 : 1) +
    ((faultNamed(cell.fault).redis ?? false) === (lane.redis !== null) ? 0 : 2);
  const best = fits.reduce<Cell | undefined>(
    (found, cell) => (!found || cost(cell) < cost(found) ? cell : found),
    undefined,
  );
  if (best) open.splice(open.indexOf(best), 1);
  return best;
};
