import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/core/time.ts';
import type { TestApp } from '../app.ts';
import { onEachDatabase } from '../each-database.ts';

interface Event {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly customerId: string | null;
  readonly actor: { readonly kind: string; readonly tokenId?: string; readonly requestId?: string };
  readonly data: Record<string, unknown>;
}

onEachDatabase('the audit log', (start) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await start();
  });
  afterAll(() => app.close());

  const events = async (query = ''): Promise<Event[]> =>
    ((await app.admin.get(`/v1/audit/events?limit=500${query}`).expect(200)).body as { items: Event[] }).items;
  const iso = () => new Date(app.clock.now()).toISOString();

  it('has an event for each change, with who did it, under which request, and when', async () => {
    const made = await app.admin
      .post('/v1/customers')
      .set('X-Request-Id', 'ticket-4711')
      .send({ name: 'Acme' })
      .expect(201);
    const { id } = made.body as { id: string };
    const [event] = await events(`&customerId=${id}`);
    expect(event).toMatchObject({
      kind: 'customer.created',
      at: '2026-11-22T10:00:00.000Z',
      actor: { kind: 'token', requestId: 'ticket-4711', remoteAddress: '127.0.0.1' },
      data: { customerId: id, name: 'Acme' },
    });
  });

  it('has none for what was refused or only looked at', async () => {
    const before = await events();
    await app.admin.post('/v1/customers').send({ nmae: 'X' }).expect(400);
    await app.admin.get('/v1/customers').expect(200);
    await app.admin.delete('/v1/customers/01900000-0000-7000-8000-000000000000').set('If-Match', '*').expect(404);
    expect(await events()).toEqual(before);
  });

  it('outlives what it tells of', async () => {
    const id = await app.customer('Short-lived');
    await app.admin.delete(`/v1/customers/${id}`).set('If-Match', '"1"').expect(204);
    const kinds = (await events(`&customerId=${id}`)).map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['customer.created', 'customer.deleted']);
  });

  it('is searched by kind, customer and time', async () => {
    const id = await app.customer('Searched');
    app.clock.advance(DAY_MS);
    const nextDay = iso();
    await app.admin.patch(`/v1/customers/${id}`).set('If-Match', '"1"').send({ name: 'Renamed' }).expect(200);
    const mine = `&customerId=${id}`;
    expect(await events(`${mine}&kind=customer.changed`)).toHaveLength(1);
    expect(await events(`${mine}&from=${nextDay}`)).toHaveLength(1);
    expect(await events(`${mine}&to=2026-11-22T10:00:00.000Z`)).toHaveLength(1);
    expect(await events(`${mine}&from=2026-11-22T10:00:00Z&to=${nextDay}`)).toHaveLength(2);
    expect(await events(`${mine}&from=2027-11-22T10:00:00Z`)).toEqual([]);
  });

  it('refuses kinds that are none and times without a zone', async () => {
    await app.admin.get('/v1/audit/events?kind=customer.exploded').expect(400);
    await app.admin.get('/v1/audit/events?from=2026-11-22').expect(400);
    expect((await app.admin.get('/v1/audit/events?form=x').expect(400)).body).toMatchObject({ code: 'unknown_field' });
  });

  it('cannot be written or changed over HTTP', async () => {
    const [event] = await events();
    const one = `/v1/audit/events/${event?.id ?? ''}`;
    await app.admin.post('/v1/audit/events').send({}).expect(404);
    await app.admin.delete(one).set('If-Match', '*').expect(404);
    await app.admin.patch(one).set('If-Match', '*').send({}).expect(404);
  });
});
