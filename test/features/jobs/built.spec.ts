import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onPostgres, PostgresServer } from '../../platform/postgres-server.ts';
import { findRedis, RedisServer } from '../../platform/queue/redis-server.ts';
import { buildService, type Build } from '../built-service.ts';
import { FakeHosts } from '../fake-hosts.ts';
import { SshHosts } from '../ssh-hosts.ts';
import { BuiltService, MachineClock, registerHosts, type Places } from './built-jobs.ts';

const REDIS_MISSING = 'redis-server is not installed (Debian: apt install redis-server)';
const SECOND = '10.77.1.2';
const never = new Promise<never>(() => undefined);

let build: Build;
let folder: string;
let hosts: FakeHosts;
let front: SshHosts;
let services: BuiltService[];

beforeAll(() => {
  build = buildService();
}, 180_000);
afterAll(() => build[Symbol.dispose]());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'umpire-built-'));
  hosts = new FakeHosts(2, new MachineClock());
  front = await SshHosts.start(hosts);
  services = [];
});
afterEach(async () => {
  for (const { run } of services) await run.end('SIGKILL');
  await front[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const placesIn = (name: string, shared: Partial<Places> = {}): Places => ({
  dataDirectory: join(folder, name),
  kekFile: join(folder, 'kek'),
  databaseUrl: null,
  redisUrl: null,
  ...shared,
});
const start = (places: Places): BuiltService => {
  const service = new BuiltService(build, places);
  services.push(service);
  return service;
};

/** Has the first run of a script on the second node last for ever, and answers once it has begun. */
const hangIn = (script: string): Promise<void> => {
  const begun = Promise.withResolvers<void>();
  let runs = 0;
  hosts.before(
    script,
    () => {
      runs += 1;
      if (runs > 1) return undefined;
      begun.resolve();
      return never;
    },
    SECOND,
  );
  return begun.promise;
};
const scripts = () => hosts.calls.map(({ script }) => script).filter((script) => !script.startsWith('look-'));

describe('the service as a process, told to stop while a step hangs', { timeout: 120_000 }, () => {
  it('ends with 0 within 30 s, and its next start runs that step again and goes on to the job’s end (invariants 8 and 10)', async () => {
    const places = placesIn('data');
    const clusterId = await registerHosts(places, hosts, front);
    const first = start(places);
    const begun = hangIn('start-qdevice.sh');
    const id = await first.onboard(clusterId);
    await begun;
    const before = performance.now();
    expect(await first.run.end('SIGTERM')).toBe(0);
    expect(performance.now() - before).toBeLessThan(30_000);
    expect(first.run.stderr).not.toContain('the shutdown was cut off');
    const job = await start(places).until(id, 'done', 'undone', 'frozen');
    expect(job).toMatchObject({ state: 'done', finding: null });
    expect(job.steps.filter(({ attempts }) => attempts > 1).map(({ name }) => name)).toEqual(['start-qdevice']);
    expect(hosts.cluster.nodes.map(({ runsDevice }) => runsDevice)).toEqual([true, true]);
  });
});

const twoInstances = (): void => {
  let postgres: PostgresServer;
  let redis: RedisServer;
  beforeAll(async () => {
    [postgres, redis] = [await PostgresServer.start(), await RedisServer.start()];
  });
  afterAll(async () => {
    await redis.stop();
    await postgres.stop();
  });

  it('stops the work of the other within a second: what runs is cut off, nothing more begins, and after the release it goes on (invariant 29)', async () => {
    const shared = { databaseUrl: postgres.createDatabase(), redisUrl: redis.url };
    const clusterId = await registerHosts(placesIn('first', shared), hosts, front);
    const worker = start(placesIn('second', shared));
    const begun = hangIn('start-qdevice.sh');
    const id = await worker.onboard(clusterId);
    await begun;
    // It comes later, so the job is not in its hands.
    const other = start(placesIn('third', shared));
    await other.run.listening();
    const changes = hosts.changes.length;
    const before = performance.now();
    await other.ask('POST', '/v1/freeze', { reason: 'a person says stop' });
    const job = await worker.until(id, 'frozen', 'done', 'undone');
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(job).toMatchObject({ state: 'frozen', finding: { code: 'service_frozen' } });
    await wait(1_500);
    expect(hosts.changes).toHaveLength(changes);
    await worker.ask('DELETE', '/v1/freeze', undefined, { 'if-match': '*' });
    await other.ask('POST', `/v1/jobs/${id}/retry`);
    expect(await other.until(id, 'done', 'undone', 'frozen')).toMatchObject({ state: 'done' });
  });

  it('stops the other before its next changing command, where none was in hand (invariant 29)', async () => {
    const shared = { databaseUrl: postgres.createDatabase(), redisUrl: redis.url };
    const clusterId = await registerHosts(placesIn('first', shared), hosts, front);
    const worker = start(placesIn('second', shared));
    const looking = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    // A look in the midst of the job: the next command would be the reload.
    hosts.before('look-gates.sh', async () => {
      looking.resolve();
      await go.promise;
    });
    const id = await worker.onboard(clusterId);
    await looking.promise;
    const other = start(placesIn('third', shared));
    await other.run.listening();
    await other.ask('POST', '/v1/freeze', { reason: 'a person says stop' });
    const frozenAt = performance.now();
    go.resolve();
    const job = await worker.until(id, 'frozen', 'done', 'undone');
    expect(performance.now() - frozenAt).toBeLessThan(1_000);
    expect(job).toMatchObject({ state: 'frozen', finding: { code: 'service_frozen' } });
    expect(scripts()).not.toContain('reload.sh');
  });
};

describe('a freeze that is set at one of two instances', { timeout: 120_000 }, () => {
  if (findRedis() !== null) onPostgres(twoInstances);
  else if (process.env['CI'] === undefined) it.skip(`skipped: ${REDIS_MISSING}`, () => undefined);
  else {
    it('is tested with a real Redis', () => {
      expect.fail(REDIS_MISSING);
    });
  }
});
