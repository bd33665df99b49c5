import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onPostgres, PostgresServer } from '../platform/postgres-server.ts';
import { findRedis, RedisServer } from '../platform/queue/redis-server.ts';
import { buildService, Run, type Build } from './built-service.ts';

const ADMIN = 'an-admin-token-of-this-test-that-is-long-enough';
const REDIS_MISSING = 'redis-server is not installed (Debian: apt install redis-server)';

const guarantees = (): void => {
  let build: Build;
  let postgres: PostgresServer;
  let redis: RedisServer;
  let folder: string;
  let runs: Run[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'umpire-roles-'));
    build = buildService();
    postgres = await PostgresServer.start();
    redis = await RedisServer.start();
    const shared = {
      UMPIRE_ADMIN_TOKEN: ADMIN,
      UMPIRE_KEK_FILE: join(folder, 'kek'),
      UMPIRE_DATA: join(folder, 'data'),
      DATABASE_URL: postgres.createDatabase(),
      REDIS_URL: redis.url,
    };
    runs = ['api', 'api', 'worker'].map((role) => new Run(build, { ...shared, UMPIRE_ROLE: role }));
  }, 180_000);

  afterAll(async () => {
    for (const run of runs) await run.end('SIGKILL');
    await redis.stop();
    await postgres.stop();
    build[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });

  const url = (index: number): Promise<string> => {
    const run = runs[index];
    return run ? run.listening() : Promise.reject(new Error('no such process'));
  };

  it('all start at once on an empty database, and are ready', async () => {
    for (const index of [0, 1, 2]) {
      const ready = await supertest(await url(index))
        .get('/readyz')
        .expect(200);
      expect(ready.body).toMatchObject({ checked: ['database', 'queue'] });
    }
  });

  it('the API processes serve one set of things, and one token opens both', async () => {
    const made = await supertest(await url(0))
      .post('/v1/customers')
      .auth(ADMIN, { type: 'bearer' })
      .send({ name: 'A' });
    expect(made.status).toBe(201);
    const read = await supertest(await url(1))
      .get(made.headers['location'] ?? '')
      .auth(ADMIN, { type: 'bearer' });
    expect(read.body).toEqual(made.body);
  });

  it('an Idempotency-Key counts across them', async () => {
    const post = async (index: number) =>
      supertest(await url(index))
        .post('/v1/customers')
        .auth(ADMIN, { type: 'bearer' })
        .set('Idempotency-Key', 'across')
        .send({ name: 'Once' });
    const [first, second] = [await post(0), await post(1)];
    expect(second.text).toBe(first.text);
    expect(second.headers['idempotent-replayed']).toBe('true');
  });

  it('the worker serves nothing but its health', async () => {
    await supertest(await url(2))
      .get('/v1/customers')
      .auth(ADMIN, { type: 'bearer' })
      .expect(404);
    await supertest(await url(2))
      .get('/metrics')
      .expect(200);
  });

  it('nothing is embedded: neither a database nor a queue on the disk', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => name.includes('sqlite'))).toEqual([]);
  });

  it('each ends with 0 when it is told to', async () => {
    expect(await Promise.all(runs.map((run) => run.end('SIGTERM')))).toEqual([0, 0, 0]);
  });
};

describe('processes that share a database and a queue', { timeout: 120_000 }, () => {
  if (findRedis() !== null) onPostgres(guarantees);
  else if (process.env['CI'] === undefined) it.skip(`skipped: ${REDIS_MISSING}`, () => undefined);
  else {
    it('are tested against a real Redis', () => {
      expect.fail(REDIS_MISSING);
    });
  }
});
