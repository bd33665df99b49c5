import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Service } from '../e2e/service.ts';
import { GeneratorProcess } from './fleet-load/generator-process.ts';
import { Lists } from './fleet-load/lists.ts';
import type { Generated, ServiceOrder, ServiceReport } from './fleet-load/messages.ts';
import { onRecord } from './fleet-load/record.ts';
import { seed } from './fleet-load/seed.ts';

/*
 * The service under the reports and looks of a whole fleet, for some minutes: `npm run build && npm run bench -- fleet-load
 * [--clusters 10000] [--minutes 10] [--profile]`. The built service in a process of its own on SQLite, the fleet in another: two nodes a
 * cluster that report every 60 s over HTTP, qnetds of 200 clusters each that are looked at every 10 s over SSH. See docs/metrics.md.
 */
const { values } = parseArgs({
  options: {
    clusters: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '10' },
    profile: { type: 'boolean', default: false },
  },
});
const [CLUSTERS, MINUTES] = [Number(values.clusters), Number(values.minutes)];
const MINUTE_MS = 60_000;
/** By then each arbiter was looked at, so that no cluster is taken for one that is not well. */
const FIRST_LOOKS_MS = 12_000;
/** Each node has reported once then, and each cluster was judged. */
const SETTLE_MS = 75_000;
const GOALS = { lagP99Ms: 50, listP99Ms: 100, rssGrowth: 1.1 };
const RESULT = 'bench-results/fleet-load.json';
const PROFILE = 'bench-results/fleet-load.cpuprofile';

if (!existsSync('dist/.built')) {
  process.stderr.write('run `npm run build` first: the benchmark measures the built service\n');
  process.exit(69);
}

/** The service with somebody in its process who tells how it is. */
const watched = async (dataDirectory: string) => {
  let hear: (report: ServiceReport) => void = () => undefined;
  const begun = performance.now();
  const service = await Service.start({
    dataDirectory,
    env: {
      ...{ UMPIRE_ARBITER_EVERY_SECONDS: '10', UMPIRE_NODES_EVERY_SECONDS: '3600' },
      ...(values.profile ? { UMPIRE_BENCH_STATEMENTS: 'yes' } : {}),
    },
    main: new URL('./fleet-load/watched-service.ts', import.meta.url).pathname,
    listener: (report) => hear(report as ServiceReport),
  });
  const startMs = performance.now() - begun;
  const ask = (order: ServiceOrder): Promise<ServiceReport> => {
    const { promise, resolve } = Promise.withResolvers<ServiceReport>();
    hear = resolve;
    service.tell({ ...order });
    return promise;
  };
  return { service, ask, startMs };
};

const measure = async (dataDirectory: string, generator: GeneratorProcess) => {
  const agents = await seed(dataDirectory, CLUSTERS, await generator.hosts());
  const agentsFile = join(dataDirectory, 'agents.json');
  writeFileSync(agentsFile, JSON.stringify(agents));
  const { service, ask, startMs } = await watched(dataDirectory);
  try {
    console.log(`${CLUSTERS} clusters, ${agents.length} agents; the service was there after ${startMs.toFixed(0)} ms`);
    await wait(FIRST_LOOKS_MS);
    generator.begin(service.client.url, agentsFile);
    const lists = new Lists(service.client);
    await wait(SETTLE_MS);
    await generator.measure();
    await ask({ kind: 'measure', profile: values.profile });
    lists.begin();
    const minutes: Pick<ServiceReport, 'rssMb' | 'heapMb' | 'cpuMs' | 'lag' | 'ownLag'>[] = [];
    for (let minute = 1; minute <= MINUTES; minute += 1) {
      await wait(MINUTE_MS);
      const { rssMb, heapMb, cpuMs, lag, ownLag } = await ask({ kind: 'sample' });
      minutes.push({ rssMb, heapMb, cpuMs, lag, ownLag });
      console.log(`minute ${minute}`, JSON.stringify(minutes.at(-1)));
    }
    const listMs = lists.end();
    const last = await ask({ kind: 'end', profileFile: values.profile ? PROFILE : null });
    const generated = await generator.end();
    await service.stop();
    const errors = service.log.split('\n').filter((line) => line.includes('"level":50'));
    return {
      startMs,
      minutes,
      last,
      listMs,
      listFailures: lists.failures,
      generated,
      errors: errors.slice(0, 5).map((line) => line.slice(0, 500)),
    };
  } catch (thrown) {
    await service.kill();
    throw thrown;
  }
};

type Measured = Awaited<ReturnType<typeof measure>>;

/** Without the twenty thousand numbers. */
const saidOf = ({ sent, acknowledged, failures, pushMs, measured, looks }: Generated) => ({
  ...{ sent, acknowledged, failures, pushMs, measured, looks },
});

const figuresOf = (
  { startMs, minutes, last, listMs, listFailures, generated, errors }: Measured,
  directory: string,
) => {
  const record = onRecord(directory, generated);
  const rssAt = (minute: number): number => minutes[Math.max(0, Math.ceil(minute) - 1)]?.rssMb ?? NaN;
  const rss = { first: rssAt(1), half: rssAt(MINUTES / 2), last: rssAt(MINUTES) };
  const share = (cpuMs: number): number => Number((cpuMs / (MINUTES * MINUTE_MS)).toFixed(3));
  return {
    ...{ clusters: CLUSTERS, minutes: MINUTES, goals: GOALS, startMs: Math.round(startMs) },
    ...{
      lagMs: last.lag,
      listMs,
      listFailures,
      reports: saidOf(generated),
      perSecond: generated.measured / (MINUTES * 60),
    },
    record: { ...record, lost: Math.max(0, generated.acknowledged - record.looks) + record.behind },
    ...{
      rssMb: rss,
      rssByMinute: minutes.map(({ rssMb }) => rssMb),
      heapByMinute: minutes.map(({ heapMb }) => heapMb),
    },
    cores: { service: share(last.cpuMs), generator: share(generated.cpuMs) },
    ...{ errorLines: errors.length, errors, statements: last.statements },
  };
};

const dataDirectory = mkdtempSync(join(tmpdir(), 'umpire-fleet-load-'));
const generator = new GeneratorProcess(CLUSTERS);
try {
  mkdirSync('bench-results', { recursive: true });
  const figures = figuresOf(await measure(dataDirectory, generator), dataDirectory);
  console.log(JSON.stringify(figures, null, 2));
  writeFileSync(RESULT, `${JSON.stringify(figures, null, 2)}\n`);
  const { lagMs, listMs, rssMb, record } = figures;
  const missed = [
    record.lost > 0 ? 'reports were lost' : '',
    lagMs.p99 > GOALS.lagP99Ms ? 'the event loop lags' : '',
    (listMs['all']?.p99 ?? Infinity) > GOALS.listP99Ms ? 'lists are slow' : '',
    rssMb.last > GOALS.rssGrowth * rssMb.half ? 'memory grows' : '',
  ].filter((text) => text !== '');
  if (missed.length > 0) {
    console.error(`missed: ${missed.join(', ')}`);
    process.exitCode = 1;
  }
} finally {
  generator.kill();
  rmSync(dataDirectory, { recursive: true, force: true });
}
