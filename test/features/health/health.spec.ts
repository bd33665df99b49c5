import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Readiness } from '../../../src/health/readiness.ts';
import { startApp, type TestApp } from '../app.ts';

describe('health', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('the process says that it is alive, to anybody', async () => {
    expect((await app.nobody.get('/healthz').expect(200)).body).toEqual({ status: 'alive' });
  });

  it('it is ready when the database and the queue answer', async () => {
    const ready = await app.nobody.get('/readyz').expect(200);
    expect(ready.body).toEqual({ status: 'ready', checked: ['database', 'queue'] });
    expect(ready.headers['cache-control']).toBe('no-store');
  });

  it('figures are there for Prometheus, with requests by route and never by id', async () => {
    const id = await app.customer('Measured');
    await app.admin.get(`/v1/customers/${id}`).expect(200);
    await app.admin.get('/v1/nowhere/at/all').expect(404);
    const metrics = await app.nobody.get('/metrics').expect(200);
    const counts = metrics.text.split('\n').filter((line) => line.includes('_duration_seconds_count{method'));
    expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(metrics.text).toMatch(/^process_cpu_seconds_total \d/m);
    const counted = (labels: string) => `umpire_http_request_duration_seconds_count{${labels}} 1`;
    expect(counts).toContain(counted('method="GET",route="/v1/customers/:id",status="200"'));
    expect(counts).toContain(counted('method="GET",route="none",status="404"'));
    expect(metrics.text.includes(id)).toBe(false);
  });

  it('it is not ready when one thing cannot be used: 503 with a finding that names it', async () => {
    let works = false;
    const probe = { name: 'moon', look: () => (works ? Promise.resolve() : Promise.reject(new Error('dark side'))) };
    app.umpire.app.get(Readiness).add(probe);
    const answer = await app.nobody.get('/readyz').expect(503);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ code: 'not_ready', findings: [{ subject: 'moon', code: 'unusable' }] });
    expect(answer.text).not.toContain('dark side');
    works = true;
    await app.nobody.get('/readyz').expect(200);
  });

  it('it is alive even when it is not ready', async () => {
    app.umpire.app.get(Readiness).add({ name: 'mars', look: () => Promise.reject(new Error('far')) });
    await app.nobody.get('/readyz').expect(503);
    await app.nobody.get('/healthz').expect(200);
  });
});

describe('readiness', () => {
  it('waits three seconds for a probe that never answers, not for ever', async () => {
    const app = await startApp();
    app.umpire.app.get(Readiness).add({ name: 'black hole', look: () => new Promise(() => undefined) });
    const began = performance.now();
    const answer = await app.nobody.get('/readyz').expect(503);
    expect(answer.body).toMatchObject({ findings: [{ subject: 'black hole' }] });
    expect(performance.now() - began).toBeLessThan(6_000);
    await app.close();
  });

  it('ends with the database', async () => {
    const app = await startApp();
    await app.nobody.get('/readyz').expect(200);
    await app.database.close();
    expect((await app.nobody.get('/readyz').expect(503)).body).toMatchObject({ findings: [{ subject: 'database' }] });
    await app.umpire.app.close();
  });
});

describe('a process that only works', () => {
  it('serves its health and figures, and nothing else', async () => {
    const app = await startApp({ config: { role: 'worker' } });
    for (const path of ['/healthz', '/readyz', '/metrics']) await app.nobody.get(path).expect(200);
    for (const path of ['/v1/customers', '/openapi.json', '/docs', '/']) {
      expect((await app.admin.get(path).expect(404)).body).toMatchObject({ code: 'not_found' });
    }
    await app.admin.post('/v1/customers').send({ name: 'X' }).expect(404);
    expect(app.umpire.madeToken).toBeNull();
    await app.close();
  });
});
