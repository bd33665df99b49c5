import { Command } from 'commander';
import { Lab, labObstacle } from '../lab/lab.ts';
import { runInPlace } from '../lab/passthrough.ts';
import { spokenProgress } from '../lab/progress.ts';
import { ciSubset, evenSample } from './choose.ts';
import { idOf, type Cell } from './cell.ts';
import { clustersFor, runMatrix } from './matrix.ts';
import { surviveKills } from './durability.ts';
import { runOperations } from './operations.ts';
import { RESULTS } from './results.ts';

/*
 * `npm run faults -- …`: brings a lab up, runs itself again inside the lab's network (there UMPIRE_FAULTS_INSIDE is set), and takes
 * the lab down. Ctrl-C ends it at the border of the cells that are running; `--continue` goes on from there.
 */
const INSIDE = 'UMPIRE_FAULTS_INSIDE';
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

/** @returns the exit code of this very command, run in a lab of its own */
const inLab = async (clusters: readonly string[]): Promise<number> => {
  const obstacle = labObstacle();
  if (obstacle !== null) {
    say(`fault matrix skipped: ${obstacle}`);
    // Where nothing may be skipped, a skipped suite is a failed one.
    return process.env['CI'] ? 1 : 0;
  }
  const name = process.env['UMPIRE_LAB'] ?? `faults${process.pid}`;
  const lab = await Lab.up({ name, clusters, arbiter: 'fresh', progress: spokenProgress() });
  try {
    const env = { ...process.env, UMPIRE_LAB: name, [INSIDE]: '1' };
    // A session of its own: a terminal's Ctrl-C would reach the services and the Redis of the cells that are running as well.
    const argv = ['setsid', process.execPath, ...process.argv.slice(1)];
    return await runInPlace(lab.network.inController(argv), env);
  } finally {
    await lab.down();
  }
};

interface MatrixFlags {
  readonly subset?: 'ci';
  readonly sample?: string;
  readonly seed?: string;
  readonly all?: boolean;
  readonly only?: string;
  readonly continue?: string;
  readonly lanes: string;
  readonly table?: boolean;
}

type Choose = (cells: readonly Cell[]) => Cell[];

const chosenBy = ({ sample, seed, all, only }: MatrixFlags): Choose => {
  if (only !== undefined) return (cells) => cells.filter((cell) => idOf(cell).includes(only));
  if (all) return (cells) => [...cells];
  if (sample === undefined) return ciSubset;
  const sown = seedOf(seed);
  say(`seed ${sown}`);
  return (cells) => evenSample(cells, Number(sample), sown);
};

const matrix = async (flags: MatrixFlags): Promise<number> => {
  const lanes = flags.lanes.split(',');
  if (!process.env[INSIDE]) return inLab(clustersFor(lanes));
  const passed = await runMatrix({
    ...{ lanes, choose: chosenBy(flags), say, stop: stop.signal },
    results: flags.continue ?? RESULTS,
    goOn: flags.continue !== undefined,
    writeTable: flags.table ?? false,
  });
  if (stop.signal.aborted) return 130;
  return passed ? 0 : 1;
};

const seedOf = (given: string | undefined): number => Number(given ?? Math.floor(Math.random() * 1_000_000));

const durability = async (flags: { kills: string; seed?: string }): Promise<number> => {
  const seed = seedOf(flags.seed);
  say(`seed ${seed}`);
  const report = await surviveKills({ kills: Number(flags.kills), seed, say, stop: stop.signal });
  say(JSON.stringify(report));
  return report.lost.length + report.damages.length === 0 ? 0 : 1;
};

const operations = async (flags: { count: string; minutes: string; seed?: string; lanes: string }): Promise<number> => {
  const lanes = flags.lanes.split(',');
  if (!process.env[INSIDE]) return inLab(clustersFor(lanes));
  const { count, minutes, seed } = flags;
  const bounds = { count: Number(count), minutes: Number(minutes), seed: seedOf(seed) };
  return (await runOperations({ ...bounds, lanes, stop: stop.signal, say })) ? 0 : 1;
};

const program = new Command('faults').description('Proves what the world can do to a job, on real hosts in the lab.');

program
  .command('matrix', { isDefault: true })
  .description('faults at every moment of every step; the CI subset unless told otherwise')
  .option('--subset <name>', 'ci: every kill -9, delivered twice, queue flushed, run twice, on two-node clusters')
  .option('--sample <count>', 'an even random sample of so many cells')
  .option('--seed <number>', 'of the sample; drawn and printed where none is given')
  .option('--all', 'every cell')
  .option('--only <text>', 'the cells whose id holds this text')
  .option('--continue <file>', 'leaves out what stands in these results, and adds to them')
  .option(
    '--lanes <shapes>',
    'a cluster for each, cells run on them side by side: duo, trio, quad, pve, bare',
    'duo,duo',
  )
  .option('--table', 'writes the table into docs/safety.md')
  .action(async (flags: MatrixFlags) => {
    process.exitCode = await matrix(flags);
  });

program
  .command('ci')
  .description('what npm test runs: the CI subset of the matrix, and ten kills under load')
  .action(async () => {
    const durable = process.env[INSIDE] ? 0 : await durability({ kills: '10' });
    process.exitCode = (await matrix({ lanes: 'duo,duo,duo' })) || durable;
  });

program
  .command('operations')
  .description('onboards and off-boards clusters at random, with a fault in a tenth of the operations')
  .option('--count <number>', 'of operations', '1000')
  .option('--minutes <number>', 'ends at a border of operations after so long', '60')
  .option('--seed <number>', 'of what is done; drawn and printed where none is given')
  .option('--lanes <shapes>', 'a cluster for each', 'duo,duo,trio,pve')
  .action(async (flags: { count: string; minutes: string; seed?: string; lanes: string }) => {
    process.exitCode = await operations(flags);
  });

program
  .command('durability')
  .description('kills the service with -9 under load and looks for every write that it had acknowledged; needs no lab')
  .option('--kills <number>', 'how often', '200')
  .option('--seed <number>', 'of the moments; drawn and printed where none is given')
  .action(async (flags: { kills: string; seed?: string }) => {
    process.exitCode = await durability(flags);
  });

await program.parseAsync().catch((failure: unknown) => {
  process.stderr.write(`${failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}\n`);
  process.exitCode = 1;
});
