/**
 * How long the fleet's summary, a month's availability and a scrape take over many clusters on SQLite, and how long they
 * hold everybody else up: `node test/bench/fleet.ts [clusters]`. Needs the service built; writes bench-results/fleet.json.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { randomUUIDv7 } from '../../src/platform/crypto/random.ts';
import { PROJECT } from '../machine/build.ts';

const CLUSTERS = Number(process.argv[2] ?? 10_000);
const CUSTOMERS = 500;
const TRANSITIONS = 10;
const TOKEN = 'the-admin-token-of-the-benchmark-that-is-long';
const DAY = 86_400_000;

type Row = Readonly<Record<string, string | number | null>>;

/** Inserts rows; columns that must be filled and are not given get what says nothing. */
const inserter = (database: Database.Database) => {
  const columns = (table: string) =>
    database.pragma(`table_info(${table})`) as { name: string; type: string; notnull: 0 | 1; dflt_value: unknown }[];
  return (table: string, rows: readonly Row[]): void => {
    const [first = {}] = rows;
    const blank: Record<string, string | number> = {};
    for (const { name, type, notnull, dflt_value } of columns(table))
      if (notnull && dflt_value === null && !(name in first)) blank[name] = /int/.test(type) ? 0 : '[]';
    const names = [...Object.keys(blank), ...Object.keys(first)];
    const insert = database.prepare(
      `INSERT INTO ${table} (${names.map((name) => `"${name}"`).join()}) VALUES (${names.map((name) => `@${name}`).join()})`,
    );
    database.transaction(() => rows.forEach((row) => insert.run({ ...blank, ...row })))();
  };
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** One in fifty is not well. No arbiter is on record, so that nobody tries to reach any host. */
const fill = (file: string): { clusterId: string } => {
  const database = new Database(file);
  database.pragma('foreign_keys = OFF');
  const insert = inserter(database);
  const now = Date.now();
  const customers = upTo(CUSTOMERS).map((index) => ({ id: randomUUIDv7(), name: `Customer ${index}`, version: 1 }));
  const clusters = upTo(CLUSTERS).map((index) => ({
    ...{ id: randomUUIDv7(), customer_id: customers[index % CUSTOMERS]?.id ?? '', name: `cluster-${index}` },
    ...{ arbiter_id: randomUUIDv7(), instance_id: randomUUIDv7(), folded_name: `cluster-${index}`, kind: 'corosync' },
    ...{ state: 'onboarded', device: '{"algorithm":"ffsplit","votes":1}', version: 1 },
  }));
  const whose = clusters.map(({ id, customer_id }) => ({ cluster_id: id, customer_id }));
  insert('customers', customers);
  insert('clusters', clusters);
  insert(
    'vote_states',
    whose.map((cluster, index) => ({
      ...cluster,
      ...(index % 50 === 0 ? { state: 'at-risk', presence: 'degraded' } : { state: 'ok', presence: 'present' }),
      ...{
        since: now - index,
        losses_with_arbiter: 1,
        losses_without_arbiter: 0,
        judged_at: now,
        fresh_until: now + DAY,
      },
    })),
  );
  for (const end of [now + 100 * DAY, now + 200 * DAY])
    insert(
      'certificates',
      whose.map((cluster) => ({
        ...cluster,
        ...{ id: randomUUIDv7(), serial: randomUUIDv7(), purpose: 'client', state: 'installed', not_after: end },
      })),
    );
  for (const source of ['node', 'push'])
    insert(
      'readings',
      whose.map((cluster) => ({ id: randomUUIDv7(), ...cluster, source, at: now, raw: 'x'.repeat(2_000) })),
    );
  for (const change of upTo(TRANSITIONS))
    insert(
      'vote_transitions',
      whose.map((cluster) => ({
        ...{ id: randomUUIDv7(), ...cluster, at: now - (TRANSITIONS - change) * DAY, findings: '[]' },
        ...(change % 2 === 0 ? { to_state: 'ok', presence: 'present' } : { to_state: 'lost', presence: 'absent' }),
      })),
    );
  database.close();
  return { clusterId: clusters[0]?.id ?? '' };
};

/** The service as it was built, in this process, so that its work is measured apart from everybody else's on the machine. */
const built = async <T>(file: string): Promise<T> => (await import(join(PROJECT, 'dist/src', file))) as T;

interface Figures {
  readonly cpuMs: number;
  /** The longest time that nothing else got a turn. */
  readonly longestBlockMs: number;
}

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/** Of several times the median; time is the main thread's own, so that a busy machine does not count. */
const measure = async (name: string, rounds: number, work: () => Promise<unknown>): Promise<Figures> => {
  const figures: Figures[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await nextTurn();
    const begun = cpuMs();
    let [turn, longest, isDone] = [begun, 0, false];
    const watch = async (): Promise<void> => {
      while (!isDone) {
        await nextTurn();
        const now = cpuMs();
        longest = Math.max(longest, now - turn);
        turn = now;
      }
    };
    const watching = watch();
    await work();
    isDone = true;
    await watching;
    figures.push({ cpuMs: cpuMs() - begun, longestBlockMs: longest });
  }
  const median = (of: (one: Figures) => number): number =>
    Math.round((figures.map(of).toSorted((x, y) => x - y)[Math.floor(rounds / 2)] ?? 0) * 10) / 10;
  const result = { cpuMs: median((one) => one.cpuMs), longestBlockMs: median((one) => one.longestBlockMs) };
  console.log(name.padEnd(16), JSON.stringify(result));
  return result;
};

const { createApp } = await built<{
  createApp: (config: object, overrides: object) => Promise<{ app: App; close(): Promise<void> }>;
}>('create-app.js');
interface App {
  get<T>(token: unknown, options: object): T;
}
interface Runs {
  run(...args: unknown[]): Promise<unknown>;
}

const { Metrics } = await built<{ Metrics: unknown }>('platform/metrics/metrics.js');
const { SummariseFleet } = await built<{ SummariseFleet: unknown }>('fleet/summarise-fleet.js');
const { ReportAvailability } = await built<{ ReportAvailability: unknown }>('availability/report-availability.js');
const { readConfig } = await built<{ readConfig: (env: object) => { config: object } }>('platform/config/config.js');

const data = mkdtempSync(join(tmpdir(), 'umpire-bench-fleet-'));
const env = { UMPIRE_DATA: data, UMPIRE_ADMIN_TOKEN: TOKEN };
const umpire = await createApp(readConfig(env).config, { log: { write: () => undefined } });
try {
  // Behind its back, and measured before its next sweep, a minute after the start, would plan looks at all of them.
  const { clusterId } = fill(join(data, 'umpire.sqlite'));
  const use = <T>(token: unknown): T => umpire.app.get<T>(token, { strict: false });
  const everybody = { scope: { kind: 'all' } };
  const now = Date.now();
  const month = { from: now - 30 * DAY, to: now };
  let scrape = '';
  console.log(`${CLUSTERS} clusters of ${CUSTOMERS} customers; time of the main thread`);
  const results = {
    clusters: CLUSTERS,
    summary: await measure('summary', 20, () => use<Runs>(SummariseFleet).run(everybody)),
    availability: await measure('availability', 20, () =>
      use<Runs>(ReportAvailability).run(everybody, clusterId, month),
    ),
    scrape: await measure('scrape', 5, async () => {
      scrape = await use<{ text(): Promise<string> }>(Metrics).text();
    }),
  };
  console.log(`a scrape has ${(scrape.length / 1e6).toFixed(1)} MB`);
  mkdirSync(join(PROJECT, 'bench-results'), { recursive: true });
  writeFileSync(join(PROJECT, 'bench-results/fleet.json'), `${JSON.stringify(results, null, 2)}\n`);
} finally {
  await umpire.close();
  rmSync(data, { recursive: true, force: true });
}
