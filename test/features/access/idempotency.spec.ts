import { afterAll, beforeAll, expect, it } from 'vitest';
import { IdempotentAnswer } from '../../../src/access/idempotency.entity.ts';
import { hashToken } from '../../../src/platform/crypto/token-hash.ts';
import { DAY_MS, MINUTE_MS } from '../../../src/core/time.ts';
import { ADMIN_TOKEN, type Agent, type TestApp } from '../app.ts';
import { onEachDatabase } from '../each-database.ts';
import { Token } from '../../../src/access/token.entity.ts';

onEachDatabase('a POST with an Idempotency-Key', (start) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await start();
  });
  afterAll(() => app.close());

  const post = (key: string, body: object, path = '/v1/customers', agent: Agent = app.admin) =>
    agent.post(path).set('Idempotency-Key', key).send(body);
  const customersCalled = async (name: string) => {
    const { items } = (await app.admin.get('/v1/customers?limit=500')).body as { items: { name: string }[] };
    return items.filter((customer) => customer.name === name).length;
  };
  const adminTokenId = async () =>
    (await app.database.read.manager.findOneByOrFail(Token, { secretHash: hashToken(ADMIN_TOKEN) })).id;

  it('gives the same answer again, headers and all, and does nothing again', async () => {
    const first = await post('same', { name: 'Once' }).expect(201);
    const second = await post('same', { name: 'Once' }).expect(201);
    expect(second.text).toBe(first.text);
    for (const header of ['location', 'etag', 'content-type'])
      expect(second.headers[header]).toBe(first.headers[header]);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(await customersCalled('Once')).toBe(1);
  });

  it('with another body is refused, and with another path too', async () => {
    await post('reused', { name: 'First' }).expect(201);
    expect((await post('reused', { name: 'Second' }).expect(422)).body).toMatchObject({
      code: 'idempotency_key_reused',
    });
    await post('reused', { name: 'First' }, '/v1/tokens').expect(422);
    expect(await customersCalled('Second')).toBe(0);
  });

  it('belongs to the token that sent it: another’s key is another key', async () => {
    const { agent } = await app.tokenFor({ scopes: ['admin'] });
    const first = await post('shared', { name: 'Shared' }).expect(201);
    const second = await post('shared', { name: 'Shared' }, '/v1/customers', agent).expect(201);
    expect((second.body as { id: string }).id).not.toBe((first.body as { id: string }).id);
  });

  it('sent ten times at once is done once: the others get the answer, or hear that it is under way', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('storm', { name: 'Storm' })));
    expect(await customersCalled('Storm')).toBe(1);
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(done.map(({ text }) => text)).size).toBe(1);
    for (const { status, body } of answers)
      if (status !== 201)
        expect({ status, body }).toMatchObject({ status: 409, body: { code: 'request_in_progress' } });
  });

  it('whose first request was lost with its process is taken over after a minute, not before', async () => {
    const first = await post('lost', { name: 'Lost' }).expect(201);
    const place = { tokenId: await adminTokenId(), idempotencyKey: 'lost' };
    await app.database.write((tx) => tx.manager.update(IdempotentAnswer, place, { status: null, sealedAnswer: null }));
    app.clock.advance(MINUTE_MS - 1);
    expect((await post('lost', { name: 'Lost' }).expect(409)).body).toMatchObject({ code: 'request_in_progress' });
    app.clock.advance(1);
    const again = await post('lost', { name: 'Lost' }).expect(201);
    expect((again.body as { id: string }).id).not.toBe((first.body as { id: string }).id);
    expect((await post('lost', { name: 'Lost' }).expect(201)).text).toBe(again.text);
  });

  it('is remembered for a day', async () => {
    const first = await post('day', { name: 'Day' }).expect(201);
    app.clock.advance(DAY_MS);
    expect((await post('day', { name: 'Day' }).expect(201)).text).toBe(first.text);
    app.clock.advance(1);
    expect((await post('day', { name: 'Day' }).expect(201)).text).not.toBe(first.text);
    expect(await customersCalled('Day')).toBe(2);
    const kept = await app.database.read.manager.find(IdempotentAnswer);
    expect(kept.filter(({ createdAt }) => createdAt < app.clock.now() - DAY_MS)).toEqual([]);
  });

  it('gets a refusal again too, byte for byte', async () => {
    const body = { name: 'Twin', externalRefs: [{ system: 's', id: 'twin' }] };
    await app.admin.post('/v1/customers').send(body).expect(201);
    const first = await post('refusal', body).expect(409);
    const second = await post('refusal', body).expect(409);
    expect(second.text).toBe(first.text);
    expect(second.headers['content-type']).toBe(first.headers['content-type']);
    expect(second.headers['idempotent-replayed']).toBe('true');
    const invalid = await post('invalid', { nmae: 'x' }).expect(400);
    expect((await post('invalid', { nmae: 'x' }).expect(400)).text).toBe(invalid.text);
  });

  it('that failed by a fault of ours, or for want of rights, may be tried again', async () => {
    await app.database.write((tx) => tx.manager.query('ALTER TABLE audit_events RENAME TO audit_away'));
    await post('fault', { name: 'Fault' }).expect(500);
    await app.database.write((tx) => tx.manager.query('ALTER TABLE audit_away RENAME TO audit_events'));
    await post('fault', { name: 'Fault' }).expect(201);
    const customerId = await app.customer('Owner');
    const { agent } = await app.tokenFor({ scopes: ['admin'], customerId });
    const forbidden = await post('rights', { name: 'X' }, '/v1/customers', agent).expect(403);
    const again = await post('rights', { name: 'X' }, '/v1/customers', agent).expect(403);
    expect([forbidden, again].map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, undefined]);
  });

  it('keeps a new token’s text sealed: nothing of it stands in the database (invariant 16)', async () => {
    const body = { name: 'n', scopes: ['read'] };
    const first = await post('sealed', body, '/v1/tokens').expect(201);
    const { token } = first.body as { token: string };
    const place = { tokenId: await adminTokenId(), idempotencyKey: 'sealed' };
    const row = await app.database.read.manager.findOneByOrFail(IdempotentAnswer, place);
    expect(row.sealedAnswer).toMatch(/^v1:[0-9a-f]{16}:/);
    expect(JSON.stringify(row)).not.toContain(token.split('_')[2]);
    expect((await post('sealed', body, '/v1/tokens').expect(201)).body).toMatchObject({ token });
  });

  it('whose answer was moved to another key does not open there', async () => {
    const tokenId = await adminTokenId();
    await post('from', { name: 'Moved' }).expect(201);
    await post('to', { name: 'Moved' }).expect(201);
    const { sealedAnswer } = await app.database.read.manager.findOneByOrFail(IdempotentAnswer, {
      tokenId,
      idempotencyKey: 'from',
    });
    await app.database.write((tx) =>
      tx.manager.update(IdempotentAnswer, { tokenId, idempotencyKey: 'to' }, { sealedAnswer }),
    );
    await post('to', { name: 'Moved' }).expect(500);
  });

  it.each([' '.repeat(0), 'x'.repeat(256), 'ключ'])('that is no key (%j) is refused', async (key) => {
    const encoded = Buffer.from(key, 'utf8').toString('latin1');
    expect((await post(encoded, { name: 'X' }).expect(400)).body).toMatchObject({ code: 'invalid_idempotency_key' });
  });

  it('of 255 printable characters is one', async () => {
    const key = `~!${'x'.repeat(253)}`;
    const first = await post(key, { name: 'Long' }).expect(201);
    expect((await post(key, { name: 'Long' }).expect(201)).text).toBe(first.text);
  });

  it('answers that went with a token go with it', async () => {
    const { id, agent, etag } = await app.tokenFor({ scopes: ['admin'] });
    await post('gone', { name: 'Gone' }, '/v1/customers', agent).expect(201);
    expect(await app.database.read.manager.countBy(IdempotentAnswer, { tokenId: id })).toBe(1);
    await app.admin.delete(`/v1/tokens/${id}`).set('If-Match', etag).expect(204);
    expect(await app.database.read.manager.countBy(IdempotentAnswer, { tokenId: id })).toBe(0);
  });

  it('a key on anything but a POST means nothing', async () => {
    await app.admin.get('/v1/customers').set('Idempotency-Key', 'x'.repeat(300)).expect(200);
  });
});
