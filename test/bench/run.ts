import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Runs one benchmark, or lists them all: `npm run bench -- [NAME [ARGUMENT…]]`. Every other .ts file of this directory is one;
 * it begins with a comment that says what it measures, prints its ratios and writes them to bench-results/NAME.json.
 */
const EXIT_USAGE = 64;

const benches = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

/** The first sentence of a benchmark's first comment. */
const about = (name: string): string => {
  const text = readFileSync(fileOf(name), 'utf8');
  const comment = /^\/\*\*?(?<words>[\s\S]*?)\*\//m.exec(text)?.groups?.words ?? '';
  const words = comment
    .replace(/^\s*\* ?/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
  return words.split(/(?<=\.)\s|: `/)[0] ?? '';
};

const fileOf = (name: string): string => join(import.meta.dirname, `${name}.ts`);

const [name, ...args] = process.argv.slice(2);
if (name !== undefined && benches.includes(name)) {
  process.exitCode = spawnSync(process.execPath, [fileOf(name), ...args], { stdio: 'inherit' }).status ?? 1;
} else {
  if (name !== undefined) process.stderr.write(`no benchmark ${name}\n`);
  process.stdout.write('npm run bench -- NAME, where NAME is one of\n');
  for (const bench of benches) process.stdout.write(`  ${bench.padEnd(10)}${about(bench)}\n`);
  process.exitCode = name === undefined ? 0 : EXIT_USAGE;
}
