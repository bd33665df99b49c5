import { join } from 'node:path';
import { PROJECT } from './machine/build.ts';
import { takeOrphansDown } from './runner/orphan-labs.ts';
import { outcomeLine, summary } from './runner/outcome.ts';
import { allParts, choose } from './runner/parts.ts';
import { prepareFor } from './runner/prepare.ts';
import { runAll } from './runner/run-all.ts';
import { runPart } from './runner/run-part.ts';

/*
 * `npm test [-- PART…]`: sets up what is missing, runs every part (or those named) whatever the others do, and exits with 0
 * only when none has failed. What a machine cannot run is skipped with the reason; with CI set it has failed.
 */
const EXIT_USAGE = 64;
const EXIT_INTERRUPTED = 130;

const show = (line: string): void => void process.stdout.write(`${line}\n`);
const choice = choose(allParts(), process.argv.slice(2));
if ('unknown' in choice) {
  const names = allParts().map(({ name }) => name);
  process.stderr.write(`no part ${choice.unknown.join(', ')}; there are ${names.join(', ')}\n`);
  process.exit(EXIT_USAGE);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

const obstacles = await prepareFor(choice.parts, show);
const outcomes = await runAll(choice.parts, {
  obstacles,
  nothingMayBeSkipped: Boolean(process.env['CI']),
  stop: stop.signal,
  run: (part) => {
    show(`── ${part.name}`);
    return runPart(part, { show, logs: join(PROJECT, 'test-results'), stop: stop.signal });
  },
  told: (outcome) => show(`── ${outcomeLine(outcome)}\n`),
});
if (choice.parts.some(({ needs }) => needs.includes('lab')) && !obstacles.has('lab')) await takeOrphansDown(show);
show(summary(outcomes));
const failed = outcomes.some(({ result }) => result === 'failed');
process.exitCode = stop.signal.aborted ? EXIT_INTERRUPTED : failed ? 1 : 0;
