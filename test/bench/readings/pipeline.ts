import 'reflect-metadata';
import { join } from 'node:path';
import type { Clock, Instant } from '../../../src/core/time.ts';
import { instant, plus } from '../../../src/core/time.ts';
import type { Config } from '../../../src/platform/config/config.ts';
import type { Database } from '../../../src/platform/database/database.ts';
import { addressOf, CLUSTERS_OF_ONE, nameOf, NODES_OF_ONE } from './fleet.ts';
import { RecordedStatements } from './statements.ts';

/** Node runs no decorators, so the service is the built one; the types are those of its source. */
const DIST = join(import.meta.dirname, '../../../dist');
const built = async <T>(path: string): Promise<T> => (await import(join(DIST, path))) as T;

/** A clock that stands until it is moved. */
export class StandingClock implements Clock {
  private at: Instant = instant(Date.UTC(2025, 10, 22, 10));
  now(): Instant {
    return this.at;
  }
  advance(ms: number): void {
    this.at = plus(this.at, ms);
  }
}

/** What of TypeORM's data source is needed to listen to it. */
interface Writer {
  readonly driver: { readonly databaseConnection: Parameters<RecordedStatements['listenTo']>[0] };
  createQueryRunner(): { readonly stmtCache: Map<string, unknown> };
}

export interface RegisteredNode {
  readonly id: string;
  readonly clusterId: string;
  readonly customerId: string;
  readonly address: string;
}
export interface RegisteredInstance {
  readonly id: string;
  readonly arbiterId: string;
}

export interface Pipeline {
  readonly clock: StandingClock;
  readonly database: Database;
  readonly statements: RecordedStatements;
  readonly keep: import('../../../src/votes/keep-readings.ts').KeepReadings;
  readonly freshness: import('../../../src/votes/watch-freshness.ts').WatchFreshness;
  /** Milliseconds spent in each part of the way since it was last emptied. */
  readonly spent: Map<string, number>;
}

/** Has the time be taken that a method is at work; one that is called by another of them is counted in both. */
const timed = (spent: Map<string, number>, name: string, owner: object, method: string): void => {
  const methods = owner as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const original = methods[method]?.bind(owner);
  if (!original) throw new Error(`no method ${method}`);
  methods[method] = async (...args) => {
    const begun = performance.now();
    try {
      return await original(...args);
    } finally {
      spent.set(name, (spent.get(name) ?? 0) + performance.now() - begun);
    }
  };
};

/** The readings' way through the service, put together as its module does, on a database of its own. */
export const openPipeline = async (dataDirectory: string): Promise<Pipeline> => {
  const { openDatabase } = await built<typeof import('../../../src/platform/database/open-database.ts')>(
    'src/platform/database/open-database.js',
  );
  const { ENTITIES } = await built<typeof import('../../../src/entities.ts')>('src/entities.js');
  const { MIGRATIONS } = await built<typeof import('../../../migrations/migrations.ts')>('migrations/migrations.js');
  const votes = <T>(name: string) => built<T>(`src/votes/${name}.js`);
  const { VotesStore } = await votes<typeof import('../../../src/votes/votes.store.ts')>('votes.store');
  const { NewestViews } = await votes<typeof import('../../../src/votes/newest-views.ts')>('newest-views');
  const { JudgeVotes } = await votes<typeof import('../../../src/votes/judge-votes.ts')>('judge-votes');
  const { JudgeInstances } = await votes<typeof import('../../../src/votes/judge-instances.ts')>('judge-instances');
  const { JudgedClusters } = await votes<typeof import('../../../src/votes/judged-clusters.ts')>('judged-clusters');
  const { KeepStates } = await votes<typeof import('../../../src/votes/keep-states.ts')>('keep-states');
  const { KeepReadings } = await votes<typeof import('../../../src/votes/keep-readings.ts')>('keep-readings');
  const { WatchFreshness } = await votes<typeof import('../../../src/votes/watch-freshness.ts')>('watch-freshness');
  const { ClustersStore } = await built<typeof import('../../../src/clusters/clusters.store.ts')>(
    'src/clusters/clusters.store.js',
  );
  const { AuditStore } = await built<typeof import('../../../src/audit/audit.store.ts')>('src/audit/audit.store.js');

  const clock = new StandingClock();
  const cadence = { arbiterEveryMs: 10_000, nodesEveryMs: 60_000 };
  const config = { cadence, role: 'all' } as Config;
  const database = await openDatabase({ url: null, dataDirectory, entities: ENTITIES, migrations: MIGRATIONS });
  const statements = new RecordedStatements();
  const { writer } = (database as unknown as { sources: { writer: Writer } }).sources;
  // What TypeORM has prepared already would go by unheard.
  writer.createQueryRunner().stmtCache.clear();
  statements.listenTo(writer.driver.databaseConnection);

  const [store, clusters, judged] = [new VotesStore(), new ClustersStore(), new JudgedClusters(clock)];
  const views = new NewestViews(database, store);
  const judge = new JudgeVotes(database, clusters, views, config, clock);
  const states = new KeepStates(store, new AuditStore(clock), judged);
  const instances = new JudgeInstances(database, clusters, views, store, clock);
  const keep = new KeepReadings(database, store, views, judge, instances, states);
  const freshness = new WatchFreshness(database, store, judged, judge, keep, config, clock);
  const spent = new Map<string, number>();
  timed(spent, 'digest and parse', keep, 'take');
  timed(spent, 'judge instances', instances, 'run');
  timed(spent, 'find whom it concerns', instances, 'clustersTouched');
  timed(spent, 'judge clusters', judge, 'judgeAll');
  timed(spent, 'store', database, 'write');
  timed(spent, 'sweep', freshness, 'run');
  return { clock, database, statements, keep, freshness, spent };
};

const id = (kind: number, number: number): string =>
  `00000000-0000-7000-8000-${String(kind).padStart(2, '0')}${String(number).padStart(10, '0')}`;

/** Registers so many onboarded clusters of two nodes, so many on each instance, all of one customer. */
export const register = async (database: Database, clusters: number, clustersOfOne = CLUSTERS_OF_ONE) => {
  const instances: RegisteredInstance[] = [];
  const nodes: RegisteredNode[] = [];
  const device = JSON.stringify({ algorithm: 'ffsplit', votes: 1 });
  const customerId = id(1, 1);
  await database.write(async ({ manager }) => {
    const run = (sql: string, ...values: unknown[]) => manager.query(sql, values);
    await run(
      'INSERT INTO customers (id, name, version, created_at, updated_at) VALUES (?, ?, 1, 0, 0)',
      customerId,
      'c',
    );
    await run(
      "INSERT INTO ssh_credentials (id, name, login_user, sealed_private_key, public_key, fingerprint, version, created_at) VALUES (?, 'c', 'root', '', '', '', 1, 0)",
      id(2, 1),
    );
    await run(
      "INSERT INTO host_keys (id, address, port, status, version, created_at) VALUES (?, 'h', 22, 'confirmed', 1, 0)",
      id(3, 1),
    );
    for (let i = 0; i < clusters / clustersOfOne; i += 1) {
      const instance = { id: id(5, i), arbiterId: id(4, i) };
      await run(
        "INSERT INTO arbiters (id, name, address, ssh_port, credential_id, host_key_id, isolation, version, created_at) VALUES (?, ?, 'a', 22, ?, ?, 'shared', 1, 0)",
        ...[instance.arbiterId, `arbiter-${i}`, id(2, 1), id(3, 1)],
      );
      await run(
        "INSERT INTO qnetd_instances (id, arbiter_id, name, port, state) VALUES (?, ?, 'i', 5403, 'prepared')",
        ...[instance.id, instance.arbiterId],
      );
      instances.push(instance);
    }
    for (let c = 0; c < clusters; c += 1) {
      const instance = instances[Math.floor(c / clustersOfOne)];
      if (!instance) throw new Error('no instance');
      await run(
        "INSERT INTO clusters (id, customer_id, arbiter_id, instance_id, name, folded_name, kind, state, device, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, 'corosync', 'onboarded', ?, 1, 0, 0)",
        ...[id(6, c), customerId, instance.arbiterId, instance.id, nameOf(c), nameOf(c), device],
      );
      for (let n = 1; n <= NODES_OF_ONE; n += 1) {
        const node = { id: id(7, c * NODES_OF_ONE + n), clusterId: id(6, c), customerId, address: addressOf(c, n) };
        await run(
          'INSERT INTO nodes (id, cluster_id, customer_id, position, address, ssh_port, credential_id, host_key_id, node_id) VALUES (?, ?, ?, ?, ?, 22, ?, ?, ?)',
          ...[node.id, node.clusterId, customerId, n, node.address, id(2, 1), id(3, 1), n],
        );
        nodes.push(node);
      }
    }
  });
  return { instances, nodes };
};
