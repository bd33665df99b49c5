import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from './app.ts';

describe('what holds for every route', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    app.admin
      .post('/v1/customers')
      .set({ 'Content-Type': 'application/json', ...headers })
      .serialize((sent: unknown) => sent as string)
      .send(body);

  const bodyOf = (bytes: number): string => {
    const frame = JSON.stringify({ name: 'A', pad: '' });
    return JSON.stringify({ name: 'A', pad: 'x'.repeat(bytes - frame.length) });
  };

  it('a body of 256 KiB is read, and one byte more is 413', async () => {
    expect((await post(bodyOf(256 * 1024)).expect(400)).body).toMatchObject({ code: 'unknown_field' });
    expect((await post(bodyOf(256 * 1024 + 1)).expect(413)).body).toMatchObject({
      code: 'body_too_large',
      status: 413,
    });
  });

  it.each(['{"name": "A"', 'name=A', '"A"', '7', 'null', '{"name": "A",}', '{name: "A"}'])(
    '%s is no JSON object: 400',
    async (body) => {
      const refused = await post(body).expect(400);
      expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(refused.body).toMatchObject({ code: 'invalid_json' });
    },
  );

  it('a body that cannot be read is not repeated, neither to the caller nor in the log', async () => {
    const refused = await post('{"privateKey": "hunter2').expect(400);
    expect(refused.text).not.toContain('hunter2');
    expect(app.logged()).not.toContain('hunter2');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data; boundary=x'])(
    'a body of %s is 415',
    async (type) => {
      expect((await post('{"name":"A"}', { 'Content-Type': type }).expect(415)).body).toMatchObject({
        code: 'unsupported_media_type',
      });
    },
  );

  it('a body in another encoding is 415, and a bomb in gzip is 413', async () => {
    const { gzipSync } = await import('node:zlib');
    expect((await post('x', { 'Content-Encoding': 'compress' }).expect(415)).body).toMatchObject({
      code: 'unsupported_encoding',
    });
    const bomb = gzipSync(bodyOf(10_000_000));
    await post(bomb, { 'Content-Encoding': 'gzip' }).expect(413);
    await post(gzipSync('{"name":"Zipped"}'), { 'Content-Encoding': 'gzip' }).expect(201);
  });

  it('a POST that needs no body needs no type either', async () => {
    await app.admin.post('/v1/host-keys/01900000-0000-7000-8000-000000000000/confirm').expect(404);
  });

  it('fields that would reach the prototype are dropped before anybody looks', async () => {
    const made = await post('{"name":"A","__proto__":{"polluted":true}}').expect(201);
    expect(made.body).not.toHaveProperty('polluted');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('a request’s id is taken, echoed and told in problems', async () => {
    const answer = await app.admin.get('/v1/customers/x').set('X-Request-Id', 'abc-1.2_3').expect(400);
    expect(answer.headers['x-request-id']).toBe('abc-1.2_3');
    expect(answer.body).toMatchObject({ requestId: 'abc-1.2_3' });
  });

  it.each(['', 'x'.repeat(65), 'a b', '{"level":50}', 'é'])(
    'an id that could confuse a log is replaced: %j',
    async (offered) => {
      const answer = await app.nobody
        .get('/healthz')
        .set('X-Request-Id', Buffer.from(offered).toString('latin1'))
        .expect(200);
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('each log line of a request carries its id, and each line is JSON', async () => {
    await app.admin.get('/v1/customers').set('X-Request-Id', 'logged-1').expect(200);
    const lines = app
      .logged()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const own = lines.filter(({ requestId }) => requestId === 'logged-1');
    expect(own).toEqual([expect.objectContaining({ msg: 'GET /v1/customers 200' })]);
  });

  it('a path that is not there is 404 with a problem, with or without a token', async () => {
    for (const agent of [app.admin, app.nobody]) {
      const answer = await agent.get('/v2/customers').expect(404);
      expect(answer.body).toMatchObject({ code: 'not_found', detail: 'There is nothing at this path.' });
    }
    expect((await app.nobody.get('/%E0%A4%A').expect(400)).body).toMatchObject({ status: 400 });
  });

  it('ETags are on single resources only, and are versions', async () => {
    const id = await app.customer('Tagged');
    expect((await app.admin.get(`/v1/customers/${id}`)).headers['etag']).toBe('"1"');
    expect((await app.admin.get('/v1/customers')).headers['etag']).toBeUndefined();
    expect((await app.nobody.get('/healthz')).headers['etag']).toBeUndefined();
  });

  it('nothing tells what the service is made of, and browsers are told to be careful', async () => {
    const { headers } = await app.nobody.get('/healthz');
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
  });

  it('a fault of ours is 500 without detail, and the log has the detail under the same id', async () => {
    await app.database.write((tx) => tx.manager.query('ALTER TABLE customers RENAME TO customers_away'));
    const answer = await app.admin.get('/v1/customers').set('X-Request-Id', 'fault-1').expect(500);
    await app.database.write((tx) => tx.manager.query('ALTER TABLE customers_away RENAME TO customers'));
    expect(answer.body).toMatchObject({ code: 'internal_error', requestId: 'fault-1' });
    expect(answer.text).not.toMatch(/sql|table|customers/i);
    const lines = app
      .logged()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const fault = lines.find(({ requestId, err }) => requestId === 'fault-1' && err !== undefined);
    expect(fault).toMatchObject({
      level: 50,
      err: { type: 'QueryFailedError', message: expect.stringContaining('no such table') as string },
    });
  });

  it('an address that somebody claims in a header is not believed', async () => {
    const made = await app.admin
      .post('/v1/customers')
      .set('X-Forwarded-For', '203.0.113.9')
      .send({ name: 'Forwarded' });
    const { id } = made.body as { id: string };
    const events = await app.admin.get(`/v1/audit/events?customerId=${id}`);
    expect(events.body).toMatchObject({ items: [{ actor: { remoteAddress: '127.0.0.1' } }] });
  });
});
