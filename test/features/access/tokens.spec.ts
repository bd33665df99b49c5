import { afterAll, beforeAll, expect, it } from 'vitest';
import { MINUTE_MS } from '../../../src/core/time.ts';
import { Token } from '../../../src/access/token.entity.ts';
import type { TestApp } from '../app.ts';
import { onEachDatabase } from '../each-database.ts';

onEachDatabase('tokens', (start) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await start();
  });
  afterAll(() => app.close());

  const issue = (body: object) => app.admin.post('/v1/tokens').send({ name: 'n', ...body });

  it('a token is told once, and opens what it was made for', async () => {
    const { id, token, agent } = await app.tokenFor({ scopes: ['read'] });
    expect(token).toMatch(new RegExp(`^ump_${id}_[0-9a-f]{64}$`));
    await agent.get('/v1/customers').expect(200);
    const one = await app.admin.get(`/v1/tokens/${id}`).expect(200);
    const list = await app.admin.get('/v1/tokens').expect(200);
    for (const answer of [one, list]) expect(answer.text).not.toContain(token.split('_')[2]);
    expect(one.body).toMatchObject({ id, scopes: ['read'], customerId: null, origin: 'issued', version: 1 });
    expect(one.body).not.toHaveProperty('secretHash');
  });

  it('only a hash of it is stored', async () => {
    const { id, token } = await app.tokenFor({ scopes: ['read'] });
    const row = await app.database.read.manager.findOneByOrFail(Token, { id });
    expect(JSON.stringify(row)).not.toContain(token.split('_')[2]);
    expect(row.secretHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'ump_x_y', 'Bearer a b'])(
    'without a token in its header (%j) the answer is 401, and says how to send one',
    async (header) => {
      const refused = await app.nobody.get('/v1/customers').set('Authorization', header).expect(401);
      expect(refused.headers['www-authenticate']).toBe('Bearer');
      expect(refused.body).toMatchObject({ code: 'unauthorized' });
    },
  );

  it('a token that is almost right is refused', async () => {
    const { token } = await app.tokenFor({ scopes: ['read'] });
    const last = token.endsWith('0') ? '1' : '0';
    for (const wrong of [token.slice(0, -1) + last, token.slice(0, -1), `${token}0`, token.toUpperCase()]) {
      const refused = await app.as(wrong).get('/v1/customers').expect(401);
      expect(refused.body).toMatchObject({ code: 'token_invalid' });
    }
  });

  it('the scheme’s name may be in any case', async () => {
    const { token } = await app.tokenFor({ scopes: ['read'] });
    await app.nobody.get('/v1/customers').set('Authorization', `bearer ${token}`).expect(200);
  });

  it('a revoked token is refused with the very next request (invariant 27)', async () => {
    const { id, etag, agent } = await app.tokenFor({ scopes: ['read'] });
    await agent.get('/v1/customers').expect(200);
    await app.admin.delete(`/v1/tokens/${id}`).expect(428);
    await app.admin.delete(`/v1/tokens/${id}`).set('If-Match', '"2"').expect(412);
    await app.admin.delete(`/v1/tokens/${id}`).set('If-Match', etag).expect(204);
    expect((await agent.get('/v1/customers').expect(401)).body).toMatchObject({ code: 'token_invalid' });
    await app.admin.get(`/v1/tokens/${id}`).expect(404);
    await app.admin.delete(`/v1/tokens/${id}`).set('If-Match', etag).expect(404);
  });

  it('a token ends at its hour, to the millisecond', async () => {
    const expiresAt = new Date(app.clock.now() + 5 * MINUTE_MS).toISOString();
    const { agent } = await app.tokenFor({ scopes: ['read'], expiresAt });
    app.clock.advance(5 * MINUTE_MS - 1);
    await agent.get('/v1/customers').expect(200);
    app.clock.advance(1);
    expect((await agent.get('/v1/customers').expect(401)).body).toMatchObject({ code: 'token_expired' });
  });

  it('a token that would have ended already is not made', async () => {
    const expiresAt = new Date(app.clock.now()).toISOString();
    const refused = await issue({ scopes: ['read'], expiresAt }).expect(400);
    expect(refused.body).toMatchObject({ findings: [{ subject: 'expiresAt' }] });
  });

  it('its last use is known to the minute, and noting it changes no ETag', async () => {
    const { id, agent, etag } = await app.tokenFor({ scopes: ['read'] });
    const lastUsedAt = async () =>
      ((await app.admin.get(`/v1/tokens/${id}`)).body as { lastUsedAt: string }).lastUsedAt;
    const first = new Date(app.clock.now()).toISOString();
    await agent.get('/v1/customers').expect(200);
    await expect.poll(lastUsedAt).toBe(first);
    app.clock.advance(MINUTE_MS - 1);
    await agent.get('/v1/customers').expect(200);
    app.clock.advance(1);
    const second = new Date(app.clock.now()).toISOString();
    expect(await lastUsedAt()).toBe(first);
    await agent.get('/v1/customers').expect(200);
    await expect.poll(lastUsedAt).toBe(second);
    await app.admin.delete(`/v1/tokens/${id}`).set('If-Match', etag).expect(204);
  });

  it.each([
    [{ scopes: [] }],
    [{ scopes: ['root'] }],
    [{ scopes: ['read', 'read'] }],
    [{ scopes: ['read'], expiresAt: 'tomorrow' }],
    [{ scopes: ['read'], customerId: 'acme' }],
    [{ scopes: ['read'], secret: 'chosen' }],
  ])('%j is refused', async (body) => {
    await issue(body).expect(400);
  });

  it('for a customer that is not there is refused', async () => {
    await issue({ scopes: ['read'], customerId: '01900000-0000-7000-8000-000000000000' }).expect(404);
  });

  it('making and ending one stand in the audit log, with who did it and under which request', async () => {
    const asked = app.admin
      .post('/v1/tokens')
      .set('X-Request-Id', 'making-1')
      .send({ name: 'Watched', scopes: ['read'] });
    const { id } = (await asked.expect(201)).body as { id: string };
    await app.admin.delete(`/v1/tokens/${id}`).set('If-Match', '"1"').set('X-Request-Id', 'ending-1').expect(204);
    const events = async (kind: string) =>
      ((await app.admin.get(`/v1/audit/events?kind=${kind}`).expect(200)).body as { items: object[] }).items;
    const actor = (requestId: string) => ({ kind: 'token', requestId, remoteAddress: '127.0.0.1' });
    expect(await events('token.created')).toContainEqual(
      expect.objectContaining({
        actor: expect.objectContaining(actor('making-1')) as object,
        data: { tokenId: id, name: 'Watched', scopes: ['read'], expiresAt: null },
      }),
    );
    expect(await events('token.revoked')).toContainEqual(
      expect.objectContaining({
        actor: expect.objectContaining(actor('ending-1')) as object,
        data: { tokenId: id, name: 'Watched' },
      }),
    );
  });
});
