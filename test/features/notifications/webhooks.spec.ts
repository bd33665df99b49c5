import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWebServer, type WebServer } from '../../platform/webhook/web-server.ts';
import { startApp, type TestApp } from '../app.ts';
import { ALLOWED, deliveriesOf, registerAt } from './receiver.ts';

describe('webhooks', () => {
  let app: TestApp;
  let web: WebServer;
  beforeAll(async () => {
    web = await startWebServer();
    app = await startApp({ config: ALLOWED });
  });
  beforeEach(() => void (web.seen.length = 0));
  afterAll(async () => {
    await app.close();
    await web.close();
  });

  const create = (body: object) => app.admin.post('/v1/webhooks').send({ name: 'w', ...body });
  const here = () => `http://127.0.0.1:${web.port}/hook`;

  it('show their secret once, and never again (invariant 16)', async () => {
    const { id, secret } = await registerAt(app, web);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const one = await app.admin.get(`/v1/webhooks/${id}`).expect(200);
    const list = await app.admin.get('/v1/webhooks').expect(200);
    expect(one.body).toMatchObject({
      id,
      name: 'tickets',
      url: here(),
      customerId: null,
      events: null,
      state: 'active',
    });
    for (const { text } of [one, list]) expect(text).not.toMatch(/whsec_|sealed/i);
    for (const text of [secret, secret.slice(6)]) {
      expect(app.stored().includes(text)).toBe(false);
      expect(app.logged()).not.toContain(text);
    }
  });

  it('are changed on the version that was read, and deleted with their deliveries', async () => {
    const { id, etag } = await registerAt(app, web);
    const path = `/v1/webhooks/${id}`;
    await app.admin.patch(path).send({ name: 'x' }).expect(428);
    const changed = await app.admin
      .patch(path)
      .set('If-Match', etag)
      .send({ name: 'x', events: ['alert.opened'] })
      .expect(200);
    expect(changed.body).toMatchObject({ name: 'x', events: ['alert.opened'], version: 2 });
    await app.admin.patch(path).set('If-Match', etag).send({ name: 'y' }).expect(412);
    const all = await app.admin.patch(path).set('If-Match', '"2"').send({ events: null }).expect(200);
    expect(all.body).toMatchObject({ name: 'x', events: null });
    await app.admin.post(`${path}/test`).expect(202);
    await app.admin.delete(path).expect(428);
    await app.admin.delete(path).set('If-Match', etag).expect(412);
    await app.admin.delete(path).set('If-Match', '"3"').expect(204);
    await app.admin.get(path).expect(404);
    await app.admin.get(`${path}/deliveries`).expect(404);
  });

  it.each([
    ['a URL that is none', 'hooks', 'invalid_webhook_url'],
    ['credentials in the URL', 'https://user:pass@93.184.216.34/', 'invalid_webhook_url'],
    ['an address that is not public', 'https://10.0.0.1/', 'webhook_target_refused'],
    ['an address that is not public, as one number', 'https://167772161/', 'webhook_target_refused'],
    ['the machine itself by its name in IPv6', 'https://[::1]/', 'webhook_target_refused'],
    ['the clouds’ metadata', 'http://169.254.169.254/latest/meta-data', 'webhook_target_refused'],
    ['a public address without TLS', 'http://93.184.216.34/', 'webhook_needs_tls'],
    ['a name that nobody has', 'https://nobody.invalid/', 'webhook_host_unknown'],
  ])('%s is refused, when made and when changed', async (_, url, code) => {
    const refused = await create({ url }).expect(400);
    expect(refused.body).toMatchObject({ code, findings: [{ code, subject: 'url' }] });
    const { id, etag } = await registerAt(app, web);
    const change = await app.admin.patch(`/v1/webhooks/${id}`).set('If-Match', etag).send({ url }).expect(400);
    expect(change.body).toMatchObject({ code });
  });

  it.each([
    [{ url: 'https://93.184.216.34/', events: [] }],
    [{ url: 'https://93.184.216.34/', events: ['alert.opened', 'alert.opened'] }],
    [{ url: 'https://93.184.216.34/', events: ['alert.closed'] }],
    [{ url: 'https://93.184.216.34/', secret: 'chosen' }],
    [{ url: '' }],
    [{}],
  ])('%j is refused', async (body) => {
    await create(body).expect(400);
  });

  it('for a customer that is not there are refused; a customer with webhooks stays', async () => {
    await create({ url: here(), customerId: '01900000-0000-7000-8000-000000000000' }).expect(404);
    const customerId = await app.customer('Listening');
    await registerAt(app, web, { customerId });
    const refused = await app.admin.delete(`/v1/customers/${customerId}`).set('If-Match', '*').expect(409);
    expect(refused.body).toMatchObject({
      code: 'customer_in_use',
      detail: expect.stringContaining('webhooks') as string,
    });
  });

  it('need admin for everything, reading too: a URL is often a secret by itself', async () => {
    const { id } = await registerAt(app, web);
    const { agent } = await app.tokenFor({ scopes: ['operate', 'report'] });
    const path = `/v1/webhooks/${id}`;
    await agent.get('/v1/webhooks').expect(403);
    await agent.get(path).expect(403);
    await agent.post('/v1/webhooks').send({ name: 'w', url: here() }).expect(403);
    for (const action of ['test', 'rotate-secret']) await agent.post(`${path}/${action}`).expect(403);
    await agent.get(`${path}/deliveries`).expect(403);
    await agent.get('/v1/mail-recipients').expect(403);
  });

  it('of one customer are another’s to neither see nor touch', async () => {
    const [mine, others] = [await app.customer('Mine'), await app.customer('Others')];
    const theirs = await registerAt(app, web, { customerId: others });
    const ofMsp = await registerAt(app, web);
    const own = await registerAt(app, web, { customerId: mine });
    const { agent } = await app.tokenFor({ scopes: ['admin'], customerId: mine });
    const seen = (await agent.get('/v1/webhooks').expect(200)).body as { items: { id: string }[] };
    expect(seen.items.map(({ id }) => id)).toEqual([own.id]);
    for (const { id } of [theirs, ofMsp]) {
      const [delivery] = await tested(id);
      const path = `/v1/webhooks/${id}`;
      for (const below of ['', '/deliveries', `/deliveries/${delivery?.id}`]) await agent.get(path + below).expect(404);
      for (const below of ['/test', '/rotate-secret', `/deliveries/${delivery?.id}/redeliver`]) {
        await agent
          .post(path + below)
          .send({})
          .expect(404);
      }
      await agent.patch(path).set('If-Match', '*').send({ name: 'taken' }).expect(404);
      await agent.delete(path).set('If-Match', '*').expect(404);
      // Nor by way of a webhook that is theirs.
      await agent.get(`/v1/webhooks/${own.id}/deliveries/${delivery?.id}`).expect(404);
    }
    await agent.post('/v1/webhooks').send({ name: 'w', url: here(), customerId: others }).expect(404);
  });

  const tested = async (id: string) => {
    await app.admin.post(`/v1/webhooks/${id}/test`).expect(202);
    return deliveriesOf(app, `/v1/webhooks/${id}`);
  };

  it('that a customer’s own token sets do not get inside by the ranges that the MSP allows', async () => {
    const customerId = await app.customer('Curious');
    const { agent } = await app.tokenFor({ scopes: ['admin'], customerId });
    const refused = await agent.post('/v1/webhooks').send({ name: 'w', url: here() }).expect(400);
    expect(refused.body).toMatchObject({ code: 'webhook_target_refused' });
    const { id } = await registerAt(app, web, { customerId });
    await agent.patch(`/v1/webhooks/${id}`).set('If-Match', '*').send({ url: here() }).expect(400);
    await agent.patch(`/v1/webhooks/${id}`).set('If-Match', '*').send({ name: 'renamed' }).expect(200);
  });

  it('stand in the audit log: made, changed, rotated, tested, deleted; their URL’s path and secret do not', async () => {
    const { id, etag, secret } = await registerAt(app, web, { url: `http://127.0.0.1:${web.port}/path-secret` });
    const path = `/v1/webhooks/${id}`;
    await app.admin.patch(path).set('If-Match', etag).send({ name: 'named' }).expect(200);
    await app.admin.post(`${path}/rotate-secret`).send({ overlapHours: 1 }).expect(200);
    await app.admin.post(`${path}/test`).expect(202);
    await app.admin.delete(path).set('If-Match', '*').expect(204);
    const { text, body } = await app.admin.get('/v1/audit/events?limit=500').expect(200);
    const ours = (body as { items: { kind: string; data: { webhookId?: string } }[] }).items.filter(
      ({ data }) => data.webhookId === id,
    );
    expect(ours.map(({ kind }) => kind).toReversed()).toEqual([
      ...['webhook.created', 'webhook.changed', 'webhook.secret-rotated', 'webhook.test-requested', 'webhook.deleted'],
    ]);
    expect(ours[0]?.data).toMatchObject({ host: '127.0.0.1' });
    for (const hidden of ['path-secret', secret.slice(6)]) expect(text).not.toContain(hidden);
  });
});
