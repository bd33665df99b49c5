import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SweepJobs } from '../../../src/jobs/sweep-jobs.ts';
import { findRedis, RedisServer } from '../../platform/queue/redis-server.ts';
import { created, expectOnce, jobsOnRecord, startJobsApp, type JobsApp } from './jobs-app.ts';

const MISSING = 'redis-server is not installed (Debian: apt install redis-server)';

/** Longer than a worker of the queue needs to notice that its lock is gone (half of the lock's 30 s). */
const LOCK_NOTICED_MS = 17_000;

const guarantees = (): void => {
  let redis: RedisServer;
  let app: JobsApp;

  beforeEach(async () => {
    redis = await RedisServer.start();
  });
  afterEach(async () => {
    await app.close();
    await redis.stop();
    vi.useRealTimers();
  });

  const start = async () => (app = await startJobsApp({ app: { config: { redisUrl: redis.url } } }));
  const sweep = () => app.umpire.app.get(SweepJobs, { strict: false }).sweep();
  const expectReads = async () => {
    for (const path of ['/v1/jobs', '/v1/clusters', '/v1/customers', '/v1/audit/events'])
      await app.admin.get(path).expect(200);
  };
  /** Does something to Redis in the middle of an onboarding, when the first node's configuration is about to be written. */
  const during = async (work: () => Promise<void>): Promise<string> => {
    let done = false;
    app.hosts.before('write-config.sh', async () => {
      if (done) return;
      done = true;
      await work();
    });
    return app.onboard();
  };

  it('is flushed in the middle of a job: the job goes on to its end by itself, and does nothing twice', async () => {
    await start();
    const id = await during(async () => {
      await redis.flushAll();
      await expectReads();
      await wait(LOCK_NOTICED_MS);
    });
    expect(await app.until(id, 'done', 'undone', 'frozen')).toMatchObject({ state: 'done' });
    expectOnce(app.hosts);
    expect(await jobsOnRecord(app)).toBe(1);
  });

  it('is away for ten seconds in the middle of a job, and comes back empty: jobs end, new ones are taken, reads go on', async () => {
    await start();
    const id = await during(async () => {
      await redis.away();
      await expectReads();
      await wait(10_000);
      await redis.restart();
    });
    expect(await app.ended(id)).toMatchObject({ state: 'done' });
    expectOnce(app.hosts);
    await redis.away();
    const next = await created(app.admin, '/v1/jobs', { kind: 'verify', clusterId: app.clusterId }, 202);
    await expectReads();
    expect(await app.job(next)).toMatchObject({ state: 'queued' });
    await redis.restart();
    await vi.waitUntil(async () => (await app.nobody.get('/readyz')).status === 200, { timeout: 10_000 });
    await sweep();
    expect(await app.ended(next)).toMatchObject({ state: 'done' });
  });

  it('is full: a job is taken all the same, reads go on, and it runs when there is room again', async () => {
    await start();
    await redis.fill();
    const id = await app.onboard();
    await expectReads();
    await sweep();
    expect(await app.job(id)).toMatchObject({ state: 'queued' });
    expect(app.hosts.changes).toEqual([]);
    await redis.makeRoom();
    await sweep();
    expect(await app.ended(id)).toMatchObject({ state: 'done' });
    expectOnce(app.hosts);
  });

  it('becomes full in the middle of a job: the job ends done, once', async () => {
    await start();
    const id = await during(() => redis.fill());
    expect(await app.ended(id)).toMatchObject({ state: 'done' });
    await wait(2_000);
    await redis.makeRoom();
    await wait(2_000);
    expectOnce(app.hosts);
  });

  it('loses the wake of a job: within a minute the sweep’s own timer finds the job, though the queue has lost every schedule', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await start();
    await redis.away();
    const id = await app.onboard();
    await redis.restart();
    await vi.waitUntil(async () => (await app.nobody.get('/readyz')).status === 200, { timeout: 10_000 });
    expect(await app.job(id)).toMatchObject({ state: 'queued' });
    vi.advanceTimersByTime(60_000);
    expect(await app.ended(id)).toMatchObject({ state: 'done' });
    expectOnce(app.hosts);
  });
};

describe('when Redis (invariant 23)', { timeout: 90_000 }, () => {
  if (findRedis() !== null) guarantees();
  else if (process.env['CI'] === undefined) it.skip(`skipped: ${MISSING}`, () => undefined);
  else {
    it('is tested with a real server', () => {
      expect.fail(MISSING);
    });
  }
});
