import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { JobView } from '../e2e/client.ts';
import { Inventory } from '../e2e/inventory.ts';
import { Service } from '../e2e/service.ts';
import { Lab, labObstacle } from '../lab/lab.ts';
import { spokenProgress } from '../lab/progress.ts';
import { prepareStockArbiter, setUpByStockFlow } from '../lab/stock-flow.ts';

/*
 * Onboarding against the stock flow over multiplexed ssh, on the same hosts in the same run: one two-node cluster, some
 * rounds of each in turn, and then ten clusters. Ours counts from the POST to `done`, every check and the confirmation of
 * the vote included, of a service that was asked for its plan before, as the README has it (so it is not in the first seconds of
 * its life, which no other job of it sees); the stock flow from its first connection to the vote on every node, which it does not
 * confirm at qnetd.
 */
const ROUNDS = 5;
const MANY = Array.from({ length: 10 }, (_, index) => `m${index + 1}`);
const STOCK_AT_ONCE = 4;
const RESULT = 'bench-results/onboard.json';

const obstacle = labObstacle();
if (obstacle !== null) {
  process.stderr.write(`no benchmark here: ${obstacle}\n`);
  process.exit(69);
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

/** So many at a time, as a person with a shell script would. */
const inTurns = async (
  names: readonly string[],
  atOnce: number,
  work: (name: string) => Promise<unknown>,
): Promise<void> => {
  const left = [...names];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let name = left.shift(); name !== undefined; name = left.shift()) await work(name);
    }),
  );
};

interface Measured {
  readonly oneMs: readonly number[];
  readonly tenMs: number;
}

const measureStock = async (lab: Lab): Promise<Measured> => {
  const oneMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    // A fresh arbiter each time, as for ours: one that still knows the cluster lets it wait for its heartbeat to end.
    await lab.reset('arbiter');
    await prepareStockArbiter(lab);
    await lab.reset('one');
    oneMs.push(await timed(() => setUpByStockFlow(lab, 'one')));
  }
  const tenMs = await timed(() => inTurns(MANY, STOCK_AT_ONCE, (name) => setUpByStockFlow(lab, name)));
  return { oneMs, tenMs };
};

const measureOurs = async (
  lab: Lab,
): Promise<Measured & { steps: Readonly<Record<string, number>>; planMs: number }> => {
  const oneMs: number[] = [];
  const jobs: JobView[] = [];
  const planMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await lab.reset('arbiter');
    await lab.reset('one');
    const service = await Service.start();
    try {
      const inventory = await begun(service, lab);
      const id = await inventory.register('one');
      await plan(service, id);
      oneMs.push(
        await timed(async () => {
          const asked = performance.now();
          const { id: jobId } = await service.client.post<JobView>('/v1/jobs', { kind: 'onboard', clusterId: id });
          planMs.push(performance.now() - asked);
          jobs.push(done(await service.client.jobEndStreamed(jobId)));
        }),
      );
    } finally {
      await service.stop();
    }
  }
  await lab.reset('arbiter');
  const service = await Service.start();
  try {
    const inventory = await begun(service, lab);
    const ids = await Promise.all(MANY.map((name) => inventory.register(name)));
    for (const id of ids) await plan(service, id);
    const tenMs = await timed(() =>
      Promise.all(
        ids.map(async (clusterId) => {
          const { id } = await service.client.post<JobView>('/v1/jobs', { kind: 'onboard', clusterId });
          done(await service.client.jobEndStreamed(id));
        }),
      ),
    );
    return { oneMs, tenMs, steps: stepTimes(jobs), planMs: median(planMs) };
  } finally {
    await service.stop();
  }
};

const begun = async (service: Service, lab: Lab): Promise<Inventory> => {
  const inventory = await Inventory.begin(service.client, lab);
  done(await inventory.prepareArbiter());
  return inventory;
};

/** The dry run that stands before every onboarding. */
const plan = async (service: Service, clusterId: string): Promise<void> => {
  const { allowed } = await service.client.post<{ allowed: boolean }>('/v1/jobs', {
    kind: 'onboard',
    clusterId,
    dryRun: true,
  });
  if (!allowed) throw new Error('the onboarding is not allowed');
};

const done = (job: JobView): JobView => {
  if (job.state !== 'done') throw new Error(`${job.kind} ended ${job.state}: ${job.finding?.message}`);
  return job;
};

/** Where the time goes: each stage's median, in milliseconds; steps of one name and stage run side by side. */
const stepTimes = (jobs: readonly JobView[]): Record<string, number> => {
  const spans = new Map<string, number[]>();
  for (const job of jobs) {
    const names = [
      ...new Set(job.steps.map((step) => (step.name === 'start-qdevice' ? `${step.name} ${step.subject}` : step.name))),
    ];
    for (const name of names) {
      const own = job.steps.filter(
        (step) => name.startsWith(step.name) && (!name.includes(' ') || name.endsWith(step.subject)),
      );
      const start = Math.min(...own.map((step) => Date.parse(step.startedAt ?? '')));
      const end = Math.max(...own.map((step) => Date.parse(step.endedAt ?? '')));
      spans.set(name, [...(spans.get(name) ?? []), end - start]);
    }
  }
  return Object.fromEntries([...spans].map(([name, values]) => [name, median(values)]));
};

const inside = async (): Promise<void> => {
  const lab = await Lab.attach();
  const stock = await measureStock(lab);
  for (const name of ['one', ...MANY]) await lab.reset(name);
  const ours = await measureOurs(lab);
  const ratios = { one: median(stock.oneMs) / median(ours.oneMs), ten: stock.tenMs / ours.tenMs };
  const lines = [
    `one cluster:  stock ${seconds(median(stock.oneMs))}, ours ${seconds(median(ours.oneMs))} (medians of ${ROUNDS}): ${ratios.one.toFixed(2)} times as fast`,
    `ten clusters: stock ${seconds(stock.tenMs)} (${STOCK_AT_ONCE} at a time), ours ${seconds(ours.tenMs)} (asked for at once): ${ratios.ten.toFixed(2)} times as fast`,
    'where our time for one goes (ms):',
    `  plan (POST to 202) ${Math.round(ours.planMs)}`,
    ...Object.entries(ours.steps).map(([name, ms]) => `  ${name} ${ms}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  mkdirSync('bench-results', { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify({ stock, ours, ratios }, null, 2)}\n`);
};

const outside = async (): Promise<void> => {
  const name = `bench${process.pid}`;
  const lab = await Lab.up({
    name,
    arbiter: 'stock',
    clusters: ['one:2', ...MANY.map((cluster) => `${cluster}:2`)],
    progress: spokenProgress(),
  });
  try {
    const cli = new URL('../lab/cli.ts', import.meta.url).pathname;
    const argv = [cli, 'run', '--', process.execPath, import.meta.filename, 'inside'];
    process.exitCode =
      spawnSync(process.execPath, argv, { stdio: 'inherit', env: { ...process.env, UMPIRE_LAB: name } }).status ?? 1;
  } finally {
    await lab.down();
  }
};

await (process.argv[2] === 'inside' ? inside() : outside());
