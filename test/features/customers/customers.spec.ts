import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestApp } from '../app.ts';
import { onEachDatabase } from '../each-database.ts';

onEachDatabase('customers', (start) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await start();
  });
  afterAll(() => app.close());

  const create = (body: object) => app.admin.post('/v1/customers').send(body);
  const created = async (body: object) => (await create(body).expect(201)).body as { id: string; version: number };

  it('a customer comes back as it was registered, at the place that Location names', async () => {
    const refs = [{ system: 'tickets', id: 'T-1' }];
    const answer = await create({ name: '  Acme  ', externalRefs: refs }).expect(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      name: 'Acme',
      externalRefs: refs,
      version: 1,
      createdAt: '2026-11-22T10:00:00.000Z',
      updatedAt: '2026-11-22T10:00:00.000Z',
    });
    expect(answer.headers['etag']).toBe('"1"');
    const read = await app.admin.get(answer.headers['location'] ?? '').expect(200);
    expect(read.body).toEqual(answer.body);
    expect(read.headers['etag']).toBe('"1"');
  });

  it('is found by what another system calls it', async () => {
    const { id } = await created({ name: 'Found', externalRefs: [{ system: 'inventory', id: 'a/b c' }] });
    const found = await app.admin.get(`/v1/customers/by-ref/inventory/${encodeURIComponent('a/b c')}`).expect(200);
    expect((found.body as { id: string }).id).toBe(id);
    await app.admin.get('/v1/customers/by-ref/inventory/other').expect(404);
  });

  it('two customers cannot have one reference', async () => {
    const externalRefs = [{ system: 'tickets', id: 'T-2' }];
    await created({ name: 'First', externalRefs });
    const refused = await create({ name: 'Second', externalRefs }).expect(409);
    expect(refused.body).toMatchObject({ code: 'external_ref_taken', findings: [{ params: { id: 'T-2' } }] });
  });

  it('of ten who claim one reference at once, one gets it', async () => {
    const body = { name: 'Racer', externalRefs: [{ system: 'tickets', id: 'T-3' }] };
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(body)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
  });

  it('changes only for whoever read it as it stands: 428 without If-Match, 412 with an old one', async () => {
    const { id } = await created({ name: 'Before' });
    const path = `/v1/customers/${id}`;
    expect((await app.admin.patch(path).send({ name: 'X' }).expect(428)).body).toMatchObject({
      code: 'precondition_required',
    });
    const changed = await app.admin.patch(path).set('If-Match', '"1"').send({ name: 'After' }).expect(200);
    expect(changed.body).toMatchObject({ name: 'After', version: 2, externalRefs: [] });
    expect(changed.headers['etag']).toBe('"2"');
    const stale = await app.admin.patch(path).set('If-Match', '"1"').send({ name: 'Y' }).expect(412);
    expect(stale.body).toMatchObject({ code: 'precondition_failed' });
    expect((await app.admin.get(path).expect(200)).body).toMatchObject({ name: 'After', version: 2 });
  });

  it('of ten changes of one version at once, one is made', async () => {
    const { id } = await created({ name: 'Contended' });
    const change = (index: number) =>
      app.admin
        .patch(`/v1/customers/${id}`)
        .set('If-Match', '"1"')
        .send({ name: `Name ${index}` });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => change(index)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
    const standing = (await app.admin.get(`/v1/customers/${id}`)).body as { name: string; version: number };
    const winner = answers.find(({ status }) => status === 200)?.body as { name: string };
    expect(standing).toMatchObject({ name: winner.name, version: 2 });
  });

  it('keeps the references that a change does not name, and gives up those it leaves out', async () => {
    const first = { system: 'tickets', id: 'T-4' };
    const second = { system: 'tickets', id: 'T-5' };
    const { id } = await created({ name: 'Refs', externalRefs: [first] });
    const change = (version: number, body: object) =>
      app.admin.patch(`/v1/customers/${id}`).set('If-Match', `"${version}"`).send(body).expect(200);
    expect((await change(1, { name: 'Refs still' })).body).toMatchObject({ externalRefs: [first] });
    expect((await change(2, { externalRefs: [second] })).body).toMatchObject({ externalRefs: [second] });
    await created({ name: 'Next', externalRefs: [first] });
  });

  it('goes with If-Match, and is not there any more', async () => {
    const { id } = await created({ name: 'Leaving', externalRefs: [{ system: 'tickets', id: 'T-6' }] });
    await app.admin.delete(`/v1/customers/${id}`).expect(428);
    await app.admin.delete(`/v1/customers/${id}`).set('If-Match', '"9"').expect(412);
    const gone = await app.admin.delete(`/v1/customers/${id}`).set('If-Match', '"1"').expect(204);
    expect(gone.text).toBe('');
    await app.admin.get(`/v1/customers/${id}`).expect(404);
    await app.admin.get('/v1/customers/by-ref/tickets/T-6').expect(404);
    await app.admin.delete(`/v1/customers/${id}`).set('If-Match', '"1"').expect(404);
  });

  it('stays while something of it is here', async () => {
    const { id } = await created({ name: 'Busy' });
    const token = await app.tokenFor({ scopes: ['read'], customerId: id });
    const refused = await app.admin.delete(`/v1/customers/${id}`).set('If-Match', '"1"').expect(409);
    expect(refused.body).toMatchObject({ code: 'customer_in_use' });
    await app.admin.delete(`/v1/tokens/${token.id}`).set('If-Match', token.etag).expect(204);
    await app.admin.delete(`/v1/customers/${id}`).set('If-Match', '"1"').expect(204);
  });

  it.each([
    [{ name: '' }, 'invalid_request'],
    [{}, 'invalid_request'],
    [{ name: 'x'.repeat(201) }, 'invalid_request'],
    [{ name: 'A', externalRefs: [{ system: 'UPPER', id: '1' }] }, 'invalid_request'],
    [
      {
        name: 'A',
        externalRefs: [
          { system: 's', id: '1' },
          { system: 's', id: '1' },
        ],
      },
      'invalid_request',
    ],
    [{ name: 'A', nmae: 'B' }, 'unknown_field'],
    [{ name: 'A', externalRefs: [{ system: 's', id: '1', kind: 'x' }] }, 'unknown_field'],
  ])('%j is refused as %s, with findings', async (body, code) => {
    const refused = await create(body).expect(400);
    expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(refused.body).toMatchObject({ code, status: 400 });
    expect((refused.body as { findings: object[] }).findings.length).toBeGreaterThan(0);
  });

  it('lists show every customer once while others come', async () => {
    const mine = new Set<string>();
    for (let index = 0; index < 12; index += 1) mine.add((await created({ name: `Listed ${index}` })).id);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const path = `/v1/customers?limit=5${cursor && `&cursor=${cursor}`}`;
      const page = (await app.admin.get(path).expect(200)).body as {
        items: { id: string }[];
        nextCursor: string | null;
      };
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      await created({ name: 'Meanwhile' });
    }
    expect(seen.filter((id) => mine.has(id)).sort()).toEqual([...mine].sort());
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('a change without its audit event is not made (invariant 22)', async () => {
    await app.database.write((tx) => tx.manager.query('ALTER TABLE audit_events RENAME TO audit_away'));
    const before = (await app.admin.get('/v1/customers?limit=500')).body as { items: object[] };
    await create({ name: 'Unwitnessed' }).expect(500);
    await app.database.write((tx) => tx.manager.query('ALTER TABLE audit_away RENAME TO audit_events'));
    expect((await app.admin.get('/v1/customers?limit=500')).body).toEqual(before);
  });
});
