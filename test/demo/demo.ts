import { parseArgs } from 'node:util';
import { machineObstacle } from '../lab/machine.ts';
import { spokenProgress } from '../lab/progress.ts';
import { play } from './play.ts';

/*
 * `npm run demo [-- --once]`: real hosts, the service, three clusters onboarded over its API, and their votes for as long as
 * one likes to look. With `--once` it ends after the first table, with 0 only when every vote is ok.
 * UMPIRE_LAB names its lab (default: demo).
 */
const { once } = parseArgs({ options: { once: { type: 'boolean', default: false } } }).values;
/** As a shell has it for a program that SIGINT ended. */
const EXIT_INTERRUPTED = 130;

const obstacle = machineObstacle();
if (obstacle !== null) {
  process.stderr.write(`The demo's hosts cannot run here. ${obstacle}\nThe service alone runs anywhere: npm start\n`);
  process.exit(1);
}

const stop = new AbortController();
const say = spokenProgress();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // npm passes Ctrl-C on to us, to whom the terminal has sent it as well: the second is no more impatient than the first.
    if (!stop.signal.aborted) say('ending; what is under way is finished first');
    stop.abort();
  });
}
// A terminal that was closed, or a reader that went away, must not keep us from cleaning up.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop.abort());

const failures: unknown[] = [];
const cleanup = new AsyncDisposableStack();
const show = (text: string): void => void process.stdout.write(`${text}\n`);
try {
  await play({ labName: process.env['UMPIRE_LAB'] ?? 'demo', once, say, show, stop: stop.signal, cleanup });
} catch (failure) {
  // What fails after the stop fails because of it.
  if (!stop.signal.aborted) failures.push(failure);
}
await cleanup.disposeAsync().catch((failure: unknown) => failures.push(failure));
for (const failure of failures) say(`FAILED: ${failure instanceof Error ? failure.message : String(failure)}`);
if (failures.length === 0) say('nothing is left behind');
process.exitCode = failures.length > 0 ? 1 : once && stop.signal.aborted ? EXIT_INTERRUPTED : 0;
