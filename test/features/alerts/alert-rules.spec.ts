import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { ALERT_RULES } from '../../../src/core/alerts/rule.ts';
import { onEachDatabase } from '../each-database.ts';
import type { Agent } from '../app.ts';
import { ABSENT, AT_RISK, HEALTHY, startAlertsApp, type AlertsApp } from './alerts-app.ts';

interface ShownRule {
  readonly rule: string;
  readonly severity: string;
  readonly afterSeconds: number;
  readonly source: string;
  readonly version: number;
}

const SOONER = { enabled: true, severity: 'critical', afterSeconds: 10, resolveAfterSeconds: 10 };
const OFF = { ...SOONER, enabled: false };

onEachDatabase('the rules of alerts', (start) => {
  let app: AlertsApp;
  let owner: Agent;
  let another: Agent;
  beforeAll(async () => {
    app = await startAlertsApp(start);
    owner = (await app.tokenFor({ scopes: ['admin'], customerId: app.customerId })).agent;
    another = (await app.tokenFor({ scopes: ['admin'], customerId: await app.customer('Another') })).agent;
  });
  afterAll(async () => {
    await app.close();
    vi.restoreAllMocks();
  });
  afterEach(async () => {
    for (const agent of [app.admin, owner, another])
      for (const name of ['vote_at_risk', 'vote_absent', 'vote_lost'])
        await agent.delete(`/v1/alert-rules/${name}`).set('If-Match', '*').expect(204);
    await app.vote(HEALTHY);
    await app.pass();
    await app.pass(300);
  });

  const rule = async (agent: Agent, name: string, query = '') =>
    (await agent.get(`/v1/alert-rules/${name}${query}`).expect(200)).body as ShownRule;
  const put = (agent: Agent, name: string, body: object, query = '') =>
    agent.put(`/v1/alert-rules/${name}${query}`).send(body);
  const open = async () => (await app.alerts('?state=open')).map((alert) => alert.rule);

  it('are all listed with their reasons and what to do, page by page', async () => {
    const { body } = await app.admin.get('/v1/alert-rules?limit=500').expect(200);
    expect(body).toEqual({ items: expect.any(Array) as ShownRule[], nextCursor: null });
    expect((body as { items: ShownRule[] }).items.map((one) => one.rule)).toEqual(ALERT_RULES.map(({ name }) => name));
    expect((body as { items: ShownRule[] }).items[0]).toMatchObject({
      ...{ rule: 'vote_lost', source: 'default', version: 0, updatedAt: null },
      default: { enabled: true, severity: 'critical', afterSeconds: 0, resolveAfterSeconds: 60 },
    });
    const names: string[] = [];
    for (let cursor = ''; ;) {
      const page = (await app.admin.get(`/v1/alert-rules?limit=5${cursor}`).expect(200)).body as {
        items: ShownRule[];
        nextCursor: string | null;
      };
      names.push(...page.items.map((one) => one.rule));
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(names).toEqual(ALERT_RULES.map(({ name }) => name));
  });

  it('set for everybody hold for everybody, at once, and are in the audit log', async () => {
    await app.vote(AT_RISK);
    await app.pass(20);
    expect(await open()).toEqual([]);
    const set = await put(app.admin, 'vote_at_risk', SOONER).expect(200);
    expect(set.body).toMatchObject({ ...SOONER, source: 'everybody', version: 1, default: { afterSeconds: 300 } });
    await app.pass();
    expect(await app.alerts('?state=open')).toEqual([
      expect.objectContaining({ rule: 'vote_at_risk', severity: 'critical' }),
    ]);
    const { body } = await app.admin.get('/v1/audit/events?kind=alert-rule.set').expect(200);
    expect((body as { items: object[] }).items[0]).toMatchObject({
      customerId: null,
      data: { rule: 'vote_at_risk', ...SOONER },
    });
  });

  it('set for a customer come before those for everybody, and back they go with DELETE', async () => {
    await put(app.admin, 'vote_at_risk', { ...SOONER, afterSeconds: 1 }).expect(200);
    await put(owner, 'vote_at_risk', { ...SOONER, afterSeconds: 2 }).expect(200);
    expect(await rule(owner, 'vote_at_risk')).toMatchObject({ afterSeconds: 2, source: 'customer' });
    expect(await rule(app.admin, 'vote_at_risk', `?customerId=${app.customerId}`)).toMatchObject({ afterSeconds: 2 });
    expect(await rule(another, 'vote_at_risk')).toMatchObject({ afterSeconds: 1, source: 'everybody', version: 0 });
    await owner.delete('/v1/alert-rules/vote_at_risk').expect(428);
    await owner.delete('/v1/alert-rules/vote_at_risk').set('If-Match', '"7"').expect(412);
    await owner.delete('/v1/alert-rules/vote_at_risk').set('If-Match', '"1"').expect(204);
    expect(await rule(owner, 'vote_at_risk')).toMatchObject({ afterSeconds: 1, source: 'everybody' });
  });

  it('switched off resolve what is open within seconds, and open nothing', async () => {
    await app.vote(ABSENT);
    await app.pass();
    expect(await open()).toEqual(['vote_absent']);
    await put(app.admin, 'vote_absent', OFF, `?customerId=${app.customerId}`).expect(200);
    await app.pass();
    expect(await open()).toEqual([]);
    expect((await app.alerts())[0]).toMatchObject({ state: 'resolved', resolution: 'disabled' });
    await app.pass(60);
    expect(await open()).toEqual([]);
  });

  it('of one customer leave another’s alone', async () => {
    await put(another, 'vote_absent', OFF).expect(200);
    await app.vote(ABSENT);
    await app.pass();
    expect(await open()).toEqual(['vote_absent']);
  });

  it('may be set by an admin alone, of arbiters by none of a customer, and only with sense', async () => {
    const { agent: operator } = await app.tokenFor({ scopes: ['operate'] });
    await put(operator, 'vote_lost', SOONER).expect(403);
    await operator.get('/v1/alert-rules').expect(200);
    const refused = await put(owner, 'arbiter_unreachable', SOONER).expect(422);
    expect(refused.body).toMatchObject({ code: 'rule_of_arbiters' });
    await put(another, 'vote_lost', SOONER, `?customerId=${app.customerId}`).expect(404);
    await another.get(`/v1/alert-rules?customerId=${app.customerId}`).expect(404);
    await put(app.admin, 'vote_lost', SOONER, '?customerId=01900000-0000-7000-8000-000000000000').expect(404);
    await put(app.admin, 'no_such_rule', SOONER).expect(400);
    await put(app.admin, 'vote_lost', { ...SOONER, afterSeconds: -1 }).expect(400);
    await put(app.admin, 'vote_lost', { enabled: true }).expect(400);
    expect(await rule(app.admin, 'vote_lost')).toMatchObject({ source: 'default', version: 0 });
  });

  it('with If-Match replace only what was read', async () => {
    await put(app.admin, 'vote_lost', SOONER).set('If-Match', '"0"').expect(200);
    await put(app.admin, 'vote_lost', SOONER).set('If-Match', '"0"').expect(412);
    const { headers } = await app.admin.get('/v1/alert-rules/vote_lost').expect(200);
    await put(app.admin, 'vote_lost', SOONER)
      .set('If-Match', headers['etag'] ?? '')
      .expect(200);
  });
});
