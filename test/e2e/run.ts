import { spawn } from 'node:child_process';
import { Lab, labObstacle } from '../lab/lab.ts';
import { spokenProgress } from '../lab/progress.ts';
import { WORLDS } from './worlds.ts';

/*
 * Runs the end-to-end suites, each in a lab of its own and from inside its controller's network:
 * `node test/e2e/run.ts [SUITE…]`, all of them by default. Exits with 1 when any has failed.
 */
const obstacle = labObstacle();
if (obstacle !== null) {
  process.stdout.write(`end-to-end suites skipped: ${obstacle}\n`);
  // Where nothing may be skipped, a skipped suite is a failed one.
  process.exit(process.env['CI'] ? 1 : 0);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((suite) => !(suite in WORLDS));
if (unknown.length > 0) {
  process.stderr.write(`no suite ${unknown.join(', ')}; there are ${Object.keys(WORLDS).join(', ')}\n`);
  process.exit(64);
}

/** @returns whether it passed, and all that it printed */
const run = (argv: readonly string[], lab: string): Promise<{ passed: boolean; output: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { env: { ...process.env, UMPIRE_LAB: lab } });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('close', (code) => resolve({ passed: code === 0, output }));
  });

const runSuite = async (suite: string, lane: number): Promise<boolean> => {
  const name = `e2e${process.pid}l${lane}`.slice(0, 12);
  const world = WORLDS[suite];
  if (!world) return false;
  const begun = performance.now();
  const lab = await Lab.up({ name, ...world, progress: spokenProgress() });
  try {
    const cli = new URL('../lab/cli.ts', import.meta.url).pathname;
    const vitest = new URL('../../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
    const argv = [cli, 'run', '--', process.execPath, vitest, 'run', '--project', 'e2e', `test/e2e/${suite}.spec.ts`];
    const { passed, output } = await run(argv, name);
    const seconds = Math.round((performance.now() - begun) / 1000);
    process.stdout.write(`${output}\nend to end, ${suite}: ${passed ? 'passed' : 'FAILED'} in ${seconds} s\n`);
    return passed;
  } finally {
    await lab.down();
  }
};

/** One suite after the other. */
const runLane = async (suites: readonly string[], lane: number): Promise<number> => {
  let failed = 0;
  for (const suite of suites) if (!(await runSuite(suite, lane))) failed += 1;
  return failed;
};

const suites = wanted.length > 0 ? wanted : Object.keys(WORLDS);
const lanes = [1, 2, 3].map((lane) => suites.filter((suite) => WORLDS[suite]?.lane === lane));
const failed = await Promise.all(lanes.map(runLane));
process.exit(failed.some((count) => count > 0) ? 1 : 0);
