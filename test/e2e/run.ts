import { spawnSync } from 'node:child_process';
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

const runSuite = async (suite: string): Promise<boolean> => {
  const name = `e2e${process.pid}`;
  const world = WORLDS[suite];
  if (!world) return false;
  const lab = await Lab.up({ name, ...world, progress: spokenProgress() });
  try {
    const cli = new URL('../lab/cli.ts', import.meta.url).pathname;
    const vitest = new URL('../../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
    const argv = [cli, 'run', '--', process.execPath, vitest, 'run', '--project', 'e2e', `test/e2e/${suite}.spec.ts`];
    return (
      spawnSync(process.execPath, argv, { stdio: 'inherit', env: { ...process.env, UMPIRE_LAB: name } }).status === 0
    );
  } finally {
    await lab.down();
  }
};

let failed = 0;
for (const suite of wanted.length > 0 ? wanted : Object.keys(WORLDS)) {
  const begun = performance.now();
  const passed = await runSuite(suite);
  process.stdout.write(
    `end to end, ${suite}: ${passed ? 'passed' : 'FAILED'} in ${Math.round((performance.now() - begun) / 1000)} s\n`,
  );
  if (!passed) failed += 1;
}
process.exit(failed > 0 ? 1 : 0);
