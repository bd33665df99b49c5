import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT } from '../machine/build.ts';
import type { CellResult } from './run-cell.ts';

export const RESULTS = join(PROJECT, 'test-results', 'faults.jsonl');

/** One line of JSON for each cell that was run; of a cell that was run again the last one counts. */
export const readResults = (file: string): CellResult[] => {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const results = lines.map((line) => JSON.parse(line) as CellResult);
  return [...new Map(results.map((result) => [result.id, result])).values()];
};

export const appendResult = (file: string, result: CellResult): void => {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(result)}\n`);
};
