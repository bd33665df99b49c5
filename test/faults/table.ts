import type { Cell } from './cell.ts';
import type { Outcome } from './judge.ts';

export const BEGIN = '<!-- fault-matrix -->';
export const END = '<!-- /fault-matrix -->';

export interface Ran {
  readonly id: string;
  readonly outcome: Outcome;
}

/**
 * The matrix as Markdown, one table for each kind: faults down, steps across, in each field how the cells ended and how many were
 * not run.
 * @param cells all that there are, each with its id
 */
export const matrixTable = (cells: readonly (Cell & { readonly id: string })[], ran: readonly Ran[]): string => {
  const outcomes = new Map(ran.map(({ id, outcome }) => [id, outcome]));
  const kinds = [...new Set(cells.map(({ kind }) => kind))];
  return [summary(cells, outcomes), ...kinds.map((kind) => tableOf(kind, cells, outcomes)), LEGEND].join('\n\n');
};

const LEGEND =
  'Each field: `d` done, `u` undone, `f` frozen and gone on after a retry, `F` failed; `·n` n cells not run; blank: there is no such cell.';

type Named = Cell & { readonly id: string };

const summary = (cells: readonly Named[], outcomes: ReadonlyMap<string, Outcome>): string => {
  const counts = countsOf(cells, outcomes);
  const run = cells.length - counts.open;
  return `${cells.length} cells, ${run} run: ${counts.done} done, ${counts.undone} undone, ${counts.frozen} frozen, ${counts.FAILED} failed; ${counts.open} not run.`;
};

const tableOf = (kind: string, cells: readonly Named[], outcomes: ReadonlyMap<string, Outcome>): string => {
  const own = cells.filter((cell) => cell.kind === kind);
  const steps = [...new Set(own.map(({ step }) => step))];
  const faults = [...new Set(own.map(({ fault }) => fault))];
  const row = (fault: string): string => {
    const fields = steps.map((step) =>
      field(
        own.filter((cell) => cell.fault === fault && cell.step === step),
        outcomes,
      ),
    );
    return `| ${[fault, ...fields].join(' | ')} |`;
  };
  const head = [`| ${[kind, ...steps].join(' | ')} |`, `|${'---|'.repeat(steps.length + 1)}`];
  return [...head, ...faults.map(row)].join('\n');
};

const field = (cells: readonly Named[], outcomes: ReadonlyMap<string, Outcome>): string => {
  const { done, undone, frozen, FAILED, open } = countsOf(cells, outcomes);
  const parts: [number, string][] = [
    [done, `${done}d`],
    [undone, `${undone}u`],
    [frozen, `${frozen}f`],
    [FAILED, `**${FAILED}F**`],
    [open, `·${open}`],
  ];
  return parts.flatMap(([count, text]) => (count > 0 ? [text] : [])).join(' ');
};

const countsOf = (
  cells: readonly Named[],
  outcomes: ReadonlyMap<string, Outcome>,
): Record<Outcome | 'open', number> => {
  const counts = { done: 0, undone: 0, frozen: 0, FAILED: 0, open: 0 };
  for (const { id } of cells) counts[outcomes.get(id) ?? 'open'] += 1;
  return counts;
};

/**
 * Puts a table between its two markers.
 * @throws Error where the text has not both of them
 */
export const withTable = (text: string, table: string): string => {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the text has no place for the table: ${BEGIN} … ${END}`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${text.slice(end)}`;
};
