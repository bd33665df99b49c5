import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR_MS, iso, MINUTE_MS, plus } from '../../../src/core/time.ts';
import type { Agent } from '../app.ts';
import { startJobsApp, type JobsApp } from '../jobs/jobs-app.ts';

const PATH = '/v1/maintenance-windows';

describe('a maintenance window', () => {
  let app: JobsApp;
  beforeAll(async () => {
    app = await startJobsApp();
  });
  afterAll(() => app.close());

  const inHours = (hours: number) => iso(plus(app.clock.now(), hours * HOUR_MS));
  const plan = (agent: Agent, body: object) =>
    agent.post(PATH).send({ from: inHours(1), to: inHours(2), reason: 'New disks', ...body });
  const codeOf = async (answer: ReturnType<typeof plan>) => ((await answer).body as { code: string }).code;

  it('is over a cluster, a customer or an arbiter, and says whose it is', async () => {
    const { clusterId, customerId, arbiterId } = app;
    const ofCluster = await plan(app.admin, { clusterId }).expect(201);
    expect(ofCluster.body).toMatchObject({ clusterId, customerId, arbiterId: null, reason: 'New disks', version: 1 });
    expect(ofCluster.headers['location']).toBe(`${PATH}/${ofCluster.body.id}`);
    expect((await plan(app.admin, { customerId }).expect(201)).body).toMatchObject({ clusterId: null, customerId });
    expect((await plan(app.admin, { arbiterId }).expect(201)).body).toMatchObject({ arbiterId, customerId: null });
    expect((await app.admin.get(ofCluster.headers['location'] ?? '').expect(200)).body).toEqual(ofCluster.body);
  });

  it('is over one thing, not none and not two', async () => {
    await plan(app.admin, {}).expect(400);
    await plan(app.admin, { clusterId: app.clusterId, customerId: app.customerId }).expect(400);
  });

  it('ends after it begins, in the future, and within 30 days', async () => {
    const { clusterId } = app;
    expect(await codeOf(plan(app.admin, { clusterId, from: inHours(2), to: inHours(2) }))).toBe('window_backwards');
    expect(await codeOf(plan(app.admin, { clusterId, from: inHours(-2), to: inHours(0) }))).toBe('window_in_the_past');
    expect(await codeOf(plan(app.admin, { clusterId, from: inHours(0), to: inHours(720.1) }))).toBe('window_too_long');
    await plan(app.admin, { clusterId, from: inHours(-1), to: inHours(719) }).expect(201);
  });

  it('is made once under one Idempotency-Key', async () => {
    const body = { clusterId: app.clusterId, from: inHours(1), to: inHours(2), reason: 'Once' };
    const once = () => app.admin.post(PATH).set('Idempotency-Key', 'window-1').send(body).expect(201);
    expect((await once()).body.id).toBe((await once()).body.id);
  });

  it('that has begun ends now and stays on record; its end is written to the audit log', async () => {
    const { id } = (await plan(app.admin, { clusterId: app.clusterId, from: inHours(0), to: inHours(5) })).body;
    app.clock.advance(HOUR_MS);
    await app.admin.delete(`${PATH}/${id}`).expect(428);
    await app.admin.delete(`${PATH}/${id}`).set('If-Match', '"7"').expect(412);
    await app.admin.delete(`${PATH}/${id}`).set('If-Match', '"1"').expect(204);
    expect((await app.admin.get(`${PATH}/${id}`).expect(200)).body).toMatchObject({ to: inHours(0), version: 2 });
    const { body } = await app.admin.get('/v1/audit/events?kind=maintenance.ended').expect(200);
    expect(body.items).toMatchObject([{ customerId: app.customerId, data: { windowId: id } }]);
  });

  it('that has not begun is gone', async () => {
    const { id } = (await plan(app.admin, { clusterId: app.clusterId })).body;
    await app.admin.delete(`${PATH}/${id}`).set('If-Match', '"1"').expect(204);
    await app.admin.get(`${PATH}/${id}`).expect(404);
  });

  it('that is over cannot be changed', async () => {
    const { id } = (await plan(app.admin, { clusterId: app.clusterId, from: inHours(0), to: inHours(0.1) })).body;
    app.clock.advance(7 * MINUTE_MS);
    const refused = await app.admin.delete(`${PATH}/${id}`).set('If-Match', '*').expect(409);
    expect(refused.body).toMatchObject({ code: 'window_over' });
  });

  it('is found by what it is over, page by page', async () => {
    const { body } = await app.admin.get(`${PATH}?arbiterId=${app.arbiterId}`).expect(200);
    expect(body.items).toMatchObject([{ arbiterId: app.arbiterId }]);
    const first = await app.admin.get(`${PATH}?limit=1`).expect(200);
    const second = await app.admin.get(`${PATH}?limit=1&cursor=${first.body.nextCursor}`).expect(200);
    expect(second.body.items[0].id).not.toBe(first.body.items[0].id);
  });

  describe('of another customer', () => {
    let stranger: Agent;
    let owner: Agent;
    beforeAll(async () => {
      stranger = (await app.tokenFor({ scopes: ['operate'], customerId: await app.customer('Another') })).agent;
      owner = (await app.tokenFor({ scopes: ['operate'], customerId: app.customerId })).agent;
    });

    it('can be neither made, read nor ended, and is in no list', async () => {
      const { id } = (await plan(owner, { clusterId: app.clusterId }).expect(201)).body;
      await plan(stranger, { clusterId: app.clusterId }).expect(404);
      await plan(stranger, { customerId: app.customerId }).expect(404);
      await stranger.get(`${PATH}/${id}`).expect(404);
      await stranger.delete(`${PATH}/${id}`).set('If-Match', '*').expect(404);
      expect((await stranger.get(PATH).expect(200)).body.items).toEqual([]);
      expect((await stranger.get(`${PATH}?clusterId=${app.clusterId}`).expect(200)).body.items).toEqual([]);
      await owner.get(`${PATH}/${id}`).expect(200);
    });

    it('nor is one over an arbiter, which is the provider’s own', async () => {
      await plan(owner, { arbiterId: app.arbiterId }).expect(404);
      expect((await owner.get(`${PATH}?arbiterId=${app.arbiterId}`).expect(200)).body.items).toEqual([]);
    });
  });

  it('may be read with the scope "read" and made with "operate" alone', async () => {
    const reader = (await app.tokenFor({ scopes: ['read'] })).agent;
    await reader.get(PATH).expect(200);
    await plan(reader, { clusterId: app.clusterId }).expect(403);
  });
});
