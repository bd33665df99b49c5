import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import Sqlite from 'better-sqlite3';
import type { NewReading } from '../../src/votes/source.ts';
import {
  arbiterTools,
  CLUSTERS_OF_ONE,
  mostDays,
  nodeTools,
  NODES_OF_ONE,
  type Condition,
  type Fortune,
} from './readings/fleet.ts';
import { openPipeline, register, type RegisteredInstance, type RegisteredNode } from './readings/pipeline.ts';

/*
 * How many readings a second pass from their raw text through the parsers into states on disk, without HTTP, against the bare
 * driver that writes just the same rows in as many transactions in the same run: `npm run build && npm run bench -- readings
 * [CLUSTERS]`. Each node reports every 60 s, each arbiter is looked at every 10 s. Once as it is on most days: of
 * one cluster in fifty something else is said in each minute. And once where every single reading says something else.
 */
const CLUSTERS = Number(process.argv[2] ?? 1_000);
const MINUTES = 5;
const STEPS = 6;
const STEP_MS = 10_000;
/** As many nodes report at one time. */
const IN_FLIGHT = 50;
const GOAL = 0.25;
const RESULT = 'bench-results/readings.json';

if (!existsSync('dist/.built')) {
  process.stderr.write('run `npm run build` first: the benchmark measures the built service\n');
  process.exit(69);
}

const directory = mkdtempSync(join(tmpdir(), 'umpire-readings-'));
const file = join(directory, 'umpire.sqlite');
const pipeline = await openPipeline(directory);
const { clock, database, statements, keep, freshness, spent } = pipeline;
const { instances, nodes } = await register(database, CLUSTERS);

const always: Fortune = (_cluster, minute) => (minute % 2 === 0 ? 'without-arbiter' : 'well');
/** Every other cluster, so that an arbiter lists something else at each look. */
const alternating: Fortune = (cluster, step) => ((cluster + step) % 2 === 0 ? 'without-arbiter' : 'well');

const reportOf = (node: RegisteredNode, index: number, condition: Condition): NewReading => {
  const { id: nodeId, clusterId, customerId, address } = node;
  const second = Math.floor(clock.now() / 1000) % 86_400;
  const tools = nodeTools(Math.floor(index / NODES_OF_ONE), (index % NODES_OF_ONE) + 1, condition, second);
  return { source: { kind: 'push', nodeId, clusterId, customerId, address }, at: clock.now(), raw: { tools } };
};

const lookAt = (instance: RegisteredInstance, index: number, condition: (cluster: number) => Condition): NewReading => {
  const first = index * CLUSTERS_OF_ONE;
  const listed = Array.from({ length: CLUSTERS_OF_ONE }, (_, i) => ({
    cluster: first + i,
    condition: condition(first + i),
  }));
  const source = { kind: 'arbiter', instanceId: instance.id, arbiterId: instance.arbiterId } as const;
  return { source, at: clock.now(), raw: { tools: arbiterTools(listed) } };
};

interface Day {
  readonly nodes: Fortune;
  readonly arbiters: (cluster: number, minute: number, step: number) => Condition;
}
const ON_MOST_DAYS: Day = { nodes: mostDays, arbiters: mostDays };
const ALL_IS_NEWS: Day = {
  nodes: always,
  arbiters: (cluster, minute, step) => alternating(cluster, minute * STEPS + step),
};

const delay = monitorEventLoopDelay({ resolution: 1 });
let minute = 0;
let readings = 0;

/** So many at a time, as reports come in. */
const inFlight = async (work: readonly NewReading[]): Promise<void> => {
  const left = [...work].reverse();
  const one = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) await keep.run([next]);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  readings += work.length;
};

/** What is said in one minute; the texts are made outside of what is measured. */
const passMinute = async (day: Day): Promise<number> => {
  minute += 1;
  let took = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const looks = instances.map((one, i) => lookAt(one, i, (cluster) => day.arbiters(cluster, minute, step)));
    const due = nodes.map((node, index) => ({ node, index })).filter(({ index }) => index % STEPS === step);
    const reports = due.map(({ node, index }) =>
      reportOf(node, index, day.nodes(Math.floor(index / NODES_OF_ONE), minute)),
    );
    delay.enable();
    const begun = performance.now();
    await inFlight([...looks, ...reports]);
    await freshness.run();
    took += performance.now() - begun;
    delay.disable();
    clock.advance(STEP_MS);
  }
  return took;
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** A copy of the database as it stands, for the bare driver to go on from. */
const copyOfAll = (): string => {
  const copy = join(directory, 'bare.sqlite');
  const source = new Sqlite(file);
  source.pragma('wal_checkpoint(TRUNCATE)');
  source.close();
  copyFileSync(file, copy);
  return copy;
};

/** Each minute passes first through the service and then through the bare driver, so that both meet the same machine. */
const measure = async (name: string, day: Day) => {
  await passMinute(day);
  const copy = copyOfAll();
  const minutes: { readonly ours: number; readonly bare: number }[] = [];
  const rows = new Map<string, number>();
  let transactions = 0;
  readings = 0;
  delay.reset();
  spent.clear();
  for (let i = 0; i < MINUTES; i += 1) {
    statements.said.length = 0;
    statements.isOn = true;
    const ours = await passMinute(day);
    statements.isOn = false;
    transactions += statements.transactions;
    for (const [row, count] of Object.entries(statements.rows)) rows.set(row, (rows.get(row) ?? 0) + count);
    minutes.push({ ours, bare: statements.replay(copy) });
  }
  rmSync(copy);
  const [ours, bare] = [median(minutes.map((one) => one.ours)), median(minutes.map((one) => one.bare))];
  return {
    ...{ name, readings, transactions },
    perSecond: Math.round((readings / MINUTES / ours) * 1000),
    barePerSecond: Math.round((readings / MINUTES / bare) * 1000),
    ratio: Number(median(minutes.map((one) => one.bare / one.ours)).toFixed(3)),
    loopDelayP99Ms: Number((delay.percentile(99) / 1e6).toFixed(1)),
    longestBlockMs: Number((delay.max / 1e6).toFixed(1)),
    rows: Object.fromEntries(rows),
    spentMs: Object.fromEntries([...spent].map(([part, ms]) => [part, Math.round(ms)])),
    totalMs: Math.round(minutes.reduce((sum, one) => sum + one.ours, 0)),
    bareMs: Math.round(minutes.reduce((sum, one) => sum + one.bare, 0)),
  };
};

try {
  for (let i = 0; i < 2; i += 1) await passMinute(ON_MOST_DAYS);
  const results = [await measure('on most days', ON_MOST_DAYS), await measure('all is news', ALL_IS_NEWS)];
  console.table(
    results.map(
      ({ name, readings: count, transactions, perSecond, barePerSecond, ratio, loopDelayP99Ms, longestBlockMs }) => ({
        ...{ name, readings: count, transactions, perSecond, barePerSecond, ratio, loopDelayP99Ms, longestBlockMs },
      }),
    ),
  );
  for (const { name, rows, spentMs, totalMs, bareMs } of results)
    console.log(`${name}: ${totalMs} ms, bare ${bareMs} ms; ${JSON.stringify(spentMs)}; rows ${JSON.stringify(rows)}`);
  mkdirSync('bench-results', { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify({ clusters: CLUSTERS, goal: GOAL, results }, null, 2)}\n`);
  if ((results[0]?.ratio ?? 0) < GOAL) process.exitCode = 1;
} finally {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
}
