import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/core/time.ts';
import { startWebServer, type SeenRequest, type WebServer } from '../../platform/webhook/web-server.ts';
import type { TestApp } from '../app.ts';
import { onEachDatabase } from '../each-database.ts';
import { ALLOWED, deliveriesOf, enqueue, registerAt, type MadeWebhook } from './receiver.ts';

/** Checks a signature as a receiver would, with the package of the specification's authors. */
const isSignedBy = ({ secret }: Pick<MadeWebhook, 'secret'>, { headers, body }: SeenRequest): boolean => {
  vi.useFakeTimers({ toFake: ['Date'], now: Number(headers['webhook-timestamp']) * 1_000 });
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  } finally {
    vi.useRealTimers();
  }
};

onEachDatabase('notices for webhooks', (start) => {
  let app: TestApp;
  let web: WebServer;
  beforeAll(async () => {
    web = await startWebServer();
    app = await start({ config: ALLOWED });
  });
  beforeEach(() => {
    web.seen.length = 0;
    web.answer = (response) => void response.writeHead(204).end();
  });
  afterEach(async () => {
    const { items } = (await app.admin.get('/v1/webhooks?limit=500').expect(200)).body as { items: { id: string }[] };
    for (const { id } of items) await app.admin.delete(`/v1/webhooks/${id}`).set('If-Match', '*').expect(204);
  });
  afterAll(async () => {
    await app.close();
    await web.close();
  });

  const seen = (count: number) => expect.poll(() => web.seen.length, { timeout: 12_000 }).toBe(count);
  const stateOf = async (id: string) => (await deliveriesOf(app, `/v1/webhooks/${id}`)).map(({ state }) => state);
  const becomes = (id: string, ...states: string[]) =>
    expect.poll(() => stateOf(id), { timeout: 8_000 }).toEqual(states);

  it('arrive signed after Standard Webhooks, with type, timestamp, sequence and data', async () => {
    const hook = await registerAt(app, web);
    await enqueue(app, { data: { cluster: 'alpha', n: 1 } });
    await seen(1);
    const [request] = web.seen;
    if (!request) throw new Error('seen');
    expect(JSON.parse(request.body)).toEqual({
      ...{ type: 'alert.opened', timestamp: '2026-11-22T10:00:00.000Z', sequence: 1, data: { cluster: 'alpha', n: 1 } },
    });
    expect(request.headers['webhook-timestamp']).toBe(String(app.clock.now() / 1_000));
    expect(isSignedBy(hook, request)).toBe(true);
    expect(isSignedBy({ secret: `whsec_${'A'.repeat(43)}=` }, request)).toBe(false);
    await becomes(hook.id, 'delivered');
    const [delivery] = await deliveriesOf(app, `/v1/webhooks/${hook.id}`);
    expect(delivery).toMatchObject({ event: 'alert.opened', sequence: 1, attempts: 1, nextAttemptAt: null });
    expect(delivery?.noticeId).toBe(request.headers['webhook-id']);
    expect(delivery?.log).toEqual([expect.objectContaining({ status: 204, finding: null })]);
  });

  it('are put down with what they tell of, or not at all', async () => {
    const { id } = await registerAt(app, web);
    const { EnqueueNotice } = await import('../../../src/notifications/enqueue-notice.ts');
    const port = app.umpire.app.get(EnqueueNotice, { strict: false });
    const notice = { customerId: null, occurredAt: app.clock.now(), data: {}, subject: 's', text: 't' };
    const failing = app.database.write(async (tx) => {
      await port.run(tx, { event: 'alert.opened', ...notice });
      throw new Error('what it tells of did not happen');
    });
    await expect(failing).rejects.toThrow('did not happen');
    await enqueue(app, { event: 'alert.resolved' });
    await seen(1);
    expect(await deliveriesOf(app, `/v1/webhooks/${id}`)).toMatchObject([{ event: 'alert.resolved', sequence: 1 }]);
  });

  it('go to whom they are for: one customer’s to its own webhook and to the MSP’s, the MSP’s own to the MSP’s', async () => {
    const [a, b] = [await app.customer('A'), await app.customer('B')];
    const ofMsp = await registerAt(app, web, { name: 'all' });
    const ofA = await registerAt(app, web, { customerId: a });
    const ofB = await registerAt(app, web, { customerId: b });
    const chosen = await registerAt(app, web, { events: ['alert.resolved'] });
    await enqueue(app, { customerId: a, data: { of: 'a' } });
    await enqueue(app, { customerId: null, data: { of: 'msp' } });
    await enqueue(app, { customerId: b, event: 'alert.resolved', data: { of: 'b' } });
    await seen(6);
    const counts = await Promise.all([ofMsp, ofA, ofB, chosen].map(async ({ id }) => (await stateOf(id)).length));
    expect(counts).toEqual([3, 1, 1, 1]);
    expect(web.seen.filter((one) => isSignedBy(ofA, one)).map(({ body }) => JSON.parse(body).data)).toEqual([
      { of: 'a' },
    ]);
    expect(web.seen.filter((one) => isSignedBy(ofB, one)).map(({ body }) => JSON.parse(body).data)).toEqual([
      { of: 'b' },
    ]);
  });

  it('are counted for each receiver, one after another', async () => {
    await registerAt(app, web);
    for (let n = 1; n <= 5; n += 1) await enqueue(app, { data: { n } });
    await seen(5);
    const numbers = web.seen.map(({ body }) => JSON.parse(body) as { sequence: number; data: { n: number } });
    expect(numbers.map(({ sequence }) => sequence).toSorted()).toEqual([1, 2, 3, 4, 5]);
    for (const { sequence, data } of numbers) expect(data.n).toBe(sequence);
  });

  it('that fail are tried again by the schedule, as the same message with a fresh time, until they are taken', async () => {
    web.answer = (response) => void response.writeHead(500).end('out of order');
    const hook = await registerAt(app, web);
    await enqueue(app);
    await becomes(hook.id, 'pending');
    await seen(1);
    await expect.poll(async () => (await deliveriesOf(app, `/v1/webhooks/${hook.id}`))[0]?.log.length).toBe(1);
    const [failed] = await deliveriesOf(app, `/v1/webhooks/${hook.id}`);
    expect(failed?.log).toEqual([
      expect.objectContaining({
        status: 500,
        answer: 'out of order',
        finding: expect.objectContaining({ code: 'webhook_answered' }) as object,
      }),
    ]);
    const pause = Date.parse(failed?.nextAttemptAt ?? '') - app.clock.now();
    expect(pause).toBeGreaterThanOrEqual(5 * SECOND_MS);
    expect(pause).toBeLessThanOrEqual(6 * SECOND_MS);
    app.clock.advance(5 * SECOND_MS - 1);
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(web.seen).toHaveLength(1);
    web.answer = (response) => void response.writeHead(200).end('thanks');
    app.clock.advance(SECOND_MS + 1);
    await becomes(hook.id, 'delivered');
    const [first, second] = web.seen;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    expect(second && isSignedBy(hook, second)).toBe(true);
    expect(Number(second?.headers['webhook-timestamp'])).toBeGreaterThan(Number(first?.headers['webhook-timestamp']));
  });

  it('heed Retry-After', async () => {
    web.answer = (response) => void response.writeHead(503, { 'retry-after': '600' }).end();
    const hook = await registerAt(app, web);
    await enqueue(app);
    await expect.poll(async () => (await deliveriesOf(app, `/v1/webhooks/${hook.id}`))[0]?.log.length).toBe(1);
    const [delivery] = await deliveriesOf(app, `/v1/webhooks/${hook.id}`);
    expect(Date.parse(delivery?.nextAttemptAt ?? '') - app.clock.now()).toBeGreaterThanOrEqual(10 * MINUTE_MS);
  });

  it(
    'are given up after 24 hours, with the whole log, and sent again when somebody asks',
    { timeout: 60_000 },
    async () => {
      web.answer = (response) => void response.writeHead(502).end();
      const hook = await registerAt(app, web);
      const path = `/v1/webhooks/${hook.id}`;
      await enqueue(app);
      const begunAt = app.clock.now();
      for (let attempt = 1; (await stateOf(hook.id))[0] === 'pending'; attempt += 1) {
        await expect.poll(async () => (await deliveriesOf(app, path))[0]?.log.length, { timeout: 8_000 }).toBe(attempt);
        const next = (await deliveriesOf(app, path))[0]?.nextAttemptAt;
        if (next) app.clock.advance(Date.parse(next) - app.clock.now());
      }
      const [failed] = await deliveriesOf(app, path);
      expect(failed).toMatchObject({ state: 'failed', nextAttemptAt: null });
      expect(failed?.log.length).toBeGreaterThanOrEqual(10);
      expect(app.clock.now() - begunAt).toBeGreaterThan(18 * HOUR_MS);
      expect(app.clock.now() - begunAt).toBeLessThanOrEqual(DAY_MS);
      web.answer = (response) => void response.writeHead(200).end();
      const again = await app.admin.post(`${path}/deliveries/${failed?.id}/redeliver`).expect(202);
      expect(again.body).toMatchObject({ id: failed?.id });
      await becomes(hook.id, 'delivered');
      expect(web.seen.at(-1)?.headers['webhook-id']).toBe(web.seen[0]?.headers['webhook-id']);
      expect((await deliveriesOf(app, path))[0]?.log).toHaveLength((failed?.log.length ?? 0) + 1);
    },
  );

  it('to a receiver that answers 410 end there: it is disabled, what was on its way is cancelled, and the audit log says so', async () => {
    web.answer = (response) => void response.writeHead(503).end();
    const hook = await registerAt(app, web);
    await enqueue(app, { data: { n: 1 } });
    await expect.poll(async () => (await deliveriesOf(app, `/v1/webhooks/${hook.id}`))[0]?.log.length).toBe(1);
    web.answer = (response) => void response.writeHead(410).end();
    await enqueue(app, { data: { n: 2 } });
    await becomes(hook.id, 'failed', 'cancelled');
    const disabled = await app.admin.get(`/v1/webhooks/${hook.id}`).expect(200);
    expect(disabled.body).toMatchObject({ state: 'disabled', disabledBy: { code: 'webhook_gone' }, version: 2 });
    const { body } = await app.admin.get('/v1/audit/events?kind=webhook.disabled').expect(200);
    expect((body as { items: object[] }).items[0]).toMatchObject({
      actor: { kind: 'service' },
      data: { webhookId: hook.id },
    });
    await enqueue(app, { data: { n: 3 } });
    expect(await stateOf(hook.id)).toEqual(['failed', 'cancelled']);
    web.answer = (response) => void response.writeHead(200).end();
    await app.admin.post(`/v1/webhooks/${hook.id}/test`).expect(202);
    await becomes(hook.id, 'delivered', 'failed', 'cancelled');
    const active = await app.admin
      .patch(`/v1/webhooks/${hook.id}`)
      .set('If-Match', '*')
      .send({ state: 'active' })
      .expect(200);
    expect(active.body).toMatchObject({ state: 'active', disabledBy: null });
    await enqueue(app, { data: { n: 4 } });
    await becomes(hook.id, 'delivered', 'delivered', 'failed', 'cancelled');
  });

  it('are signed by both secrets while one replaces the other, then by the new one alone', async () => {
    const old = await registerAt(app, web);
    const path = `/v1/webhooks/${old.id}`;
    const rotated = await app.admin.post(`${path}/rotate-secret`).send({ overlapHours: 2 }).expect(200);
    const fresh = rotated.body as { secret: string; oldSecretUntil: string };
    expect(fresh.secret).not.toBe(old.secret);
    expect(Date.parse(fresh.oldSecretUntil) - app.clock.now()).toBe(2 * HOUR_MS);
    await app.admin.post(`${path}/test`).expect(202);
    await seen(1);
    expect([old, fresh].map((one) => web.seen[0] && isSignedBy(one, web.seen[0]))).toEqual([true, true]);
    app.clock.advance(2 * HOUR_MS);
    await app.admin.post(`${path}/test`).expect(202);
    await seen(2);
    expect([old, fresh].map((one) => web.seen[1] && isSignedBy(one, web.seen[1]))).toEqual([false, true]);
    const atOnce = (await app.admin.post(`${path}/rotate-secret`).send({ overlapHours: 0 }).expect(200)).body as {
      secret: string;
    };
    await app.admin.post(`${path}/test`).expect(202);
    await seen(3);
    expect([fresh, atOnce].map((one) => web.seen[2] && isSignedBy(one, web.seen[2]))).toEqual([false, true]);
  });

  it('are not held up by a receiver that hangs, which gets two at a time and no more', async () => {
    const hanging = await startWebServer();
    hanging.answer = () => undefined;
    const slow = await registerAt(app, hanging, { name: 'hangs' });
    for (let n = 0; n < 60; n += 1) await enqueue(app, { data: { n } });
    await expect.poll(() => hanging.seen.length).toBe(2);
    const quick = await registerAt(app, web, { name: 'quick' });
    const before = performance.now();
    for (let n = 0; n < 20; n += 1) await enqueue(app, { data: { n } });
    await seen(20);
    // Its two attempts would end after 15 s.
    expect(performance.now() - before).toBeLessThan(14_000);
    expect(hanging.seen).toHaveLength(2);
    expect((await stateOf(quick.id)).every((state) => state === 'delivered')).toBe(true);
    await app.admin.delete(`/v1/webhooks/${slow.id}`).set('If-Match', '*').expect(204);
    await hanging.close();
  });

  it('are in the figures', async () => {
    const figures = (await app.nobody.get('/metrics').expect(200)).text;
    expect(figures).toMatch(/umpire_delivery_attempts_total\{channel="webhook",outcome="delivered"\} [1-9]/);
    expect(figures).toMatch(/umpire_delivery_attempts_total\{channel="webhook",outcome="failed"\} [1-9]/);
    expect(figures).toMatch(/umpire_deliveries_ended_total\{channel="webhook",state="failed"\} [1-9]/);
    expect(figures).toMatch(/umpire_deliveries_pending \d+/);
  });

  it('are forgotten after 30 days, with their log', async () => {
    const hook = await registerAt(app, web);
    await enqueue(app);
    await becomes(hook.id, 'delivered');
    app.clock.advance(30 * DAY_MS - HOUR_MS);
    await enqueue(app);
    await becomes(hook.id, 'delivered', 'delivered');
    app.clock.advance(2 * HOUR_MS);
    await becomes(hook.id, 'delivered');
    const left = await app.database.read.manager.query('SELECT count(*) AS n FROM delivery_attempts');
    const notices = await app.database.read.manager.query('SELECT count(*) AS n FROM notices');
    expect([Number(left[0].n), Number(notices[0].n)]).toEqual([1, 1]);
  });
});
