import { globSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../machine/build.ts';

/** What a part needs of the machine beyond the project's own packages. */
export type Need = 'servers' | 'shellcheck' | 'lab' | 'build';

/** One part of `npm test`: a program that exits with 0 where all is well. */
export interface Part {
  readonly name: string;
  readonly argv: readonly string[];
  readonly needs: readonly Need[];
  /** After this it counts as hung: well beyond what it takes on two busy cores. */
  readonly limitMinutes: number;
}

const tool = (file: string, ...args: string[]): string[] => [
  process.execPath,
  join(PROJECT, 'node_modules', file),
  ...args,
];
const script = (file: string, ...args: string[]): string[] => [process.execPath, join(PROJECT, 'test', file), ...args];
const suite = (project: string, ...args: string[]): string[] =>
  tool('vitest/vitest.mjs', 'run', '--project', project, '--silent=passed-only', ...args);

const shellFiles = (): string[] => [
  ...globSync('{src,test,docker}/**/*.sh', { cwd: PROJECT }),
  ...globSync('.ci/run', { cwd: PROJECT }),
];

/** All parts, in the order in which they run: what is quick and tells most comes first. */
export const allParts = (): Part[] => [
  { name: 'typecheck', argv: tool('typescript/bin/tsc', '--noEmit'), needs: [], limitMinutes: 5 },
  { name: 'lint', argv: tool('eslint/bin/eslint.js', '.'), needs: [], limitMinutes: 5 },
  { name: 'shell', argv: ['shellcheck', ...shellFiles()], needs: ['shellcheck'], limitMinutes: 2 },
  { name: 'format', argv: tool('prettier/bin/prettier.cjs', '--check', '.'), needs: [], limitMinutes: 5 },
  { name: 'build', argv: script('runner/build-service.ts'), needs: [], limitMinutes: 5 },
  { name: 'unit', argv: suite('unit', '--maxWorkers=3'), needs: ['servers'], limitMinutes: 10 },
  // They mostly wait for leases and deadlines to pass: four at a time take 137 s on two cores, where one for each core took 373 s.
  { name: 'features', argv: suite('features', '--maxWorkers=4'), needs: ['servers', 'build'], limitMinutes: 15 },
  { name: 'lab', argv: suite('lab'), needs: ['lab'], limitMinutes: 15 },
  { name: 'e2e', argv: script('e2e/run.ts'), needs: ['lab', 'build'], limitMinutes: 25 },
  { name: 'faults', argv: script('faults/run.ts', 'ci'), needs: ['lab', 'servers', 'build'], limitMinutes: 40 },
  { name: 'demo', argv: script('demo/demo.ts', '--once'), needs: ['lab', 'build'], limitMinutes: 5 },
];

/** The parts that were asked for, or the names among what was asked for that are none. */
export type Choice = { readonly parts: readonly Part[] } | { readonly unknown: readonly string[] };

/**
 * Chooses parts by name, in their own order; all of them where none is named. What needs the service built brings `build` along.
 */
export const choose = (all: readonly Part[], names: readonly string[]): Choice => {
  const unknown = names.filter((name) => !all.some((part) => part.name === name));
  if (unknown.length > 0) return { unknown };
  const named = all.filter(({ name }) => names.length === 0 || names.includes(name));
  const building = named.some(({ needs }) => needs.includes('build'));
  return { parts: all.filter((part) => named.includes(part) || (building && part.name === 'build')) };
};
