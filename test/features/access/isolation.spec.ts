import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Agent, TestApp } from '../app.ts';
import { onEachDatabase } from '../each-database.ts';

const ABSENT = '01900000-0000-7000-8000-000000000000';

/** The answer without what differs between any two requests. */
const essence = ({ status, body }: { status: number; body: unknown }) => ({
  status,
  body: { ...(body as object), requestId: '-' },
});

onEachDatabase('a token of one customer', (start) => {
  let app: TestApp;
  let mine: string;
  let others: string;
  let agent: Agent;
  /** A path for each of the other customer's things. */
  let foreign: string[];

  beforeAll(async () => {
    app = await start();
    mine = (await app.admin.post('/v1/customers').send({ name: 'Mine', externalRefs: [{ system: 's', id: 'mine' }] }))
      .body.id as string;
    others = (
      await app.admin.post('/v1/customers').send({ name: 'Others', externalRefs: [{ system: 's', id: 'others' }] })
    ).body.id as string;
    agent = (await app.tokenFor({ scopes: ['admin'], customerId: mine })).agent;
    const token = await app.tokenFor({ scopes: ['read'], customerId: others });
    const credential = await app.admin
      .post('/v1/ssh-credentials')
      .send({ name: 'theirs', user: 'root', generate: true, customerId: others })
      .expect(201);
    foreign = [`/v1/customers/${others}`, `/v1/tokens/${token.id}`, credential.headers['location'] ?? ''];
  });
  afterAll(() => app.close());

  it('sees its own customer, and no other, in every list', async () => {
    const own = await agent.post('/v1/ssh-credentials').send({ name: 'own', user: 'root', generate: true }).expect(201);
    const items = async (path: string) => ((await agent.get(path).expect(200)).body as { items: object[] }).items;
    expect(await items('/v1/customers')).toEqual([expect.objectContaining({ id: mine })]);
    expect(await items('/v1/ssh-credentials')).toEqual([own.body]);
    for (const token of await items('/v1/tokens')) expect(token).toMatchObject({ customerId: mine });
    for (const event of await items('/v1/audit/events')) expect(event).toMatchObject({ customerId: mine });
    expect((await items('/v1/audit/events')).length).toBeGreaterThan(0);
    expect(await items('/v1/host-keys')).toEqual([]);
  });

  it('cannot tell another’s thing from one that is not there', async () => {
    for (const path of foreign) {
      const absent = path.replace(/[0-9a-f-]{36}$/, ABSENT);
      expect(essence(await agent.get(path))).toEqual(essence(await agent.get(absent)));
      expect((await agent.get(path)).status, path).toBe(404);
    }
  });

  it('cannot change or remove another’s thing, nor tell that it is there', async () => {
    for (const path of foreign.slice(0, 2)) {
      expect((await agent.delete(path).set('If-Match', '*')).status, path).toBe(404);
      expect((await agent.delete(path)).status, path).toBe(404);
    }
    await agent.patch(`/v1/customers/${others}`).set('If-Match', '*').send({ name: 'Taken' }).expect(404);
    for (const path of foreign) await app.admin.get(path).expect(200);
  });

  it('finds nobody else by reference', async () => {
    await agent.get('/v1/customers/by-ref/s/mine').expect(200);
    expect(essence(await agent.get('/v1/customers/by-ref/s/others'))).toEqual(
      essence(await agent.get('/v1/customers/by-ref/s/absent')),
    );
  });

  it('makes tokens and credentials for its own customer, whether it says so or not', async () => {
    const unsaid = await agent
      .post('/v1/tokens')
      .send({ name: 'mine too', scopes: ['read'] })
      .expect(201);
    const said = await agent
      .post('/v1/tokens')
      .send({ name: 'mine too', scopes: ['read'], customerId: mine })
      .expect(201);
    for (const answer of [unsaid, said]) expect(answer.body).toMatchObject({ customerId: mine });
    const bearer = app.as((unsaid.body as { token: string }).token);
    expect((await bearer.get('/v1/customers').expect(200)).body).toMatchObject({ items: [{ id: mine }] });
  });

  it('makes none for another', async () => {
    await agent
      .post('/v1/tokens')
      .send({ name: 'x', scopes: ['read'], customerId: others })
      .expect(404);
    const credential = { name: 'x', user: 'root', generate: true, customerId: others };
    await agent.post('/v1/ssh-credentials').send(credential).expect(404);
  });

  it('makes no customers', async () => {
    await agent.post('/v1/customers').send({ name: 'Third' }).expect(403);
  });

  it('a filter on another customer shows nothing', async () => {
    expect((await agent.get(`/v1/audit/events?customerId=${others}`).expect(200)).body).toEqual({
      items: [],
      nextCursor: null,
    });
  });
});
