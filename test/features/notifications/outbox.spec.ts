import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Delivery } from '../../../src/notifications/delivery.entity.ts';
import { plus, SECOND_MS } from '../../../src/core/time.ts';
import { onPostgres, PostgresServer } from '../../platform/postgres-server.ts';
import { startWebServer, type WebServer } from '../../platform/webhook/web-server.ts';
import { startApp, type TestApp } from '../app.ts';
import { ALLOWED, deliveriesOf, enqueue, registerAt } from './receiver.ts';

describe('what is to be delivered outlives the process', () => {
  let web: WebServer;
  let apps: TestApp[] = [];
  beforeAll(async () => {
    web = await startWebServer();
  });
  beforeEach(() => {
    web.seen.length = 0;
    web.answer = (response) => void response.writeHead(204).end();
  });
  afterEach(async () => {
    for (const app of apps) await app.close().catch(() => undefined);
    apps = [];
  });
  afterAll(() => web.close());

  const start = async (options: Parameters<typeof startApp>[0] = {}): Promise<TestApp> => {
    const app = await startApp({ ...options, config: { ...ALLOWED, ...options.config } });
    apps.push(app);
    return app;
  };
  const restarted = async (app: TestApp): Promise<TestApp> => {
    await app.stop();
    return start({ dataDirectory: app.config.dataDirectory, clock: app.clock });
  };

  it('a delivery that waits for its next attempt is made after a restart', async () => {
    web.answer = (response) => void response.writeHead(503).end();
    const first = await start();
    const { id } = await registerAt(first, web);
    await enqueue(first);
    await expect.poll(async () => (await deliveriesOf(first, `/v1/webhooks/${id}`))[0]?.log.length).toBe(1);
    const second = await restarted(first);
    web.answer = (response) => void response.writeHead(204).end();
    second.clock.advance(10 * SECOND_MS);
    await expect
      .poll(async () => (await deliveriesOf(second, `/v1/webhooks/${id}`))[0]?.state, { timeout: 5_000 })
      .toBe('delivered');
    expect(web.seen).toHaveLength(2);
  });

  it('an attempt that a shutdown breaks off does not count, and is made after the start', async () => {
    web.answer = () => undefined;
    const first = await start();
    const { id } = await registerAt(first, web);
    await enqueue(first);
    await expect.poll(() => web.seen.length).toBe(1);
    const before = performance.now();
    await first.stop();
    expect(performance.now() - before).toBeLessThan(6_000);
    web.answer = (response) => void response.writeHead(204).end();
    const second = await start({ dataDirectory: first.config.dataDirectory, clock: first.clock });
    await expect
      .poll(async () => (await deliveriesOf(second, `/v1/webhooks/${id}`))[0]?.state, { timeout: 5_000 })
      .toBe('delivered');
    expect((await deliveriesOf(second, `/v1/webhooks/${id}`))[0]).toMatchObject({ attempts: 1, sequence: 1 });
  });

  /** As a process leaves a delivery that was killed with it in hand. */
  const killWithOneInHand = async (app: TestApp): Promise<string> => {
    web.answer = (response) => void response.writeHead(500).end();
    const { id } = await registerAt(app, web);
    await enqueue(app);
    await expect
      .poll(async () => (await deliveriesOf(app, `/v1/webhooks/${id}`))[0]?.log.length, { timeout: 5_000 })
      .toBe(1);
    web.answer = (response) => void response.writeHead(204).end();
    const dueAt = plus(app.clock.now(), 60 * SECOND_MS);
    await app.database.write((tx) => tx.manager.update(Delivery, { targetId: id }, { claim: 'of-the-dead', dueAt }));
    return id;
  };

  it('what a killed process had in hand is taken over at the next start, where only one process may run', async () => {
    const first = await start();
    const id = await killWithOneInHand(first);
    const second = await restarted(first);
    await expect
      .poll(async () => (await deliveriesOf(second, `/v1/webhooks/${id}`))[0]?.state, { timeout: 5_000 })
      .toBe('delivered');
  });

  describe('with several processes on PostgreSQL', () => {
    onPostgres(() => {
      let server: PostgresServer;
      beforeAll(async () => {
        server = await PostgresServer.start();
      });
      afterAll(() => server.stop());

      it('each delivery is made by one of them', async () => {
        const databaseUrl = server.createDatabase();
        const first = await start({ config: { databaseUrl } });
        const second = await start({ config: { databaseUrl, kekFile: first.config.kekFile }, clock: first.clock });
        const hooks = await Promise.all(['a', 'b', 'c', 'd'].map((name) => registerAt(first, web, { name })));
        await Promise.all(Array.from({ length: 40 }, (_, n) => enqueue(n % 2 ? first : second, { data: { n } })));
        await expect.poll(() => web.seen.length, { timeout: 20_000 }).toBe(160);
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        expect(web.seen).toHaveLength(160);
        for (const { id } of hooks) {
          const deliveries = await deliveriesOf(first, `/v1/webhooks/${id}`);
          expect(deliveries.every(({ state, attempts }) => state === 'delivered' && attempts === 1)).toBe(true);
          expect(deliveries.map(({ sequence }) => sequence).toSorted((a, b) => a - b)).toEqual(
            Array.from({ length: 40 }, (_, n) => n + 1),
          );
        }
      });

      it('what a killed one had in hand is left alone while its lease runs, and taken over by another after it', async () => {
        const databaseUrl = server.createDatabase();
        const first = await start({ config: { databaseUrl } });
        const id = await killWithOneInHand(first);
        const second = await start({ config: { databaseUrl, kekFile: first.config.kekFile }, clock: first.clock });
        second.clock.advance(59 * SECOND_MS);
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        expect(web.seen).toHaveLength(1);
        second.clock.advance(SECOND_MS);
        await expect.poll(() => web.seen.length, { timeout: 5_000 }).toBe(2);
        await expect.poll(async () => (await deliveriesOf(second, `/v1/webhooks/${id}`))[0]?.state).toBe('delivered');
      });

      it('a process of the role api delivers nothing itself', async () => {
        const api = await start({ config: { databaseUrl: server.createDatabase(), role: 'api' } });
        const { id } = await registerAt(api, web);
        await api.admin.post(`/v1/webhooks/${id}/test`).expect(202);
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        expect(web.seen).toEqual([]);
      });
    });
  });
});
