import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestApp } from '../app.ts';
import { onEachDatabase } from '../each-database.ts';

const NOT_FROZEN = { frozen: false, reason: null, since: null, by: null };

onEachDatabase('the freeze switch', (start) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await start();
  });
  afterAll(() => app.close());

  const stands = async () => app.admin.get('/v1/freeze').expect(200);
  const freeze = (reason: string) => app.admin.post('/v1/freeze').send({ reason });
  const kinds = async () => {
    const { items } = (await app.admin.get('/v1/audit/events').expect(200)).body as {
      items: { kind: string; data: object; actor: object }[];
    };
    return items.filter(({ kind }) => kind.startsWith('freeze.'));
  };

  it('is open at first', async () => {
    expect((await stands()).body).toMatchObject(NOT_FROZEN);
  });

  it('set, says why, since when and by whom, and the audit log has it', async () => {
    const set = await freeze('storage is on fire').expect(200);
    const { body, headers } = await stands();
    expect(set.body).toEqual(body);
    expect(set.headers['etag']).toBe(headers['etag']);
    expect(body).toMatchObject({
      frozen: true,
      reason: 'storage is on fire',
      since: '2026-11-22T10:00:00.000Z',
      by: { tokenId: expect.any(String) as string, remoteAddress: expect.any(String) as string },
    });
    expect(await kinds()).toEqual([
      expect.objectContaining({ kind: 'freeze.set', data: { reason: 'storage is on fire' } }),
    ]);
  });

  it('set again stays as it is, with the first reason, and is told once', async () => {
    const before = (await stands()).body as object;
    expect((await freeze('another reason').expect(200)).body).toEqual(before);
    expect(await kinds()).toHaveLength(1);
  });

  it('is released only by who read it last', async () => {
    expect((await app.admin.delete('/v1/freeze').expect(428)).body).toMatchObject({ code: 'precondition_required' });
    await app.admin.delete('/v1/freeze').set('If-Match', '"1"').expect(412);
    expect((await stands()).body).toMatchObject({ frozen: true });
    const etag = (await stands()).headers['etag'] ?? '';
    await app.admin.delete('/v1/freeze').set('If-Match', etag).expect(204);
    expect((await stands()).body).toMatchObject(NOT_FROZEN);
    expect((await kinds()).map(({ kind }) => kind)).toEqual(['freeze.released', 'freeze.set']);
  });

  it('released again does nothing more', async () => {
    const before = (await stands()).body as object;
    await app.admin.delete('/v1/freeze').set('If-Match', '*').expect(204);
    expect((await stands()).body).toEqual(before);
    expect(await kinds()).toHaveLength(2);
  });

  it('needs a reason', async () => {
    await app.admin.post('/v1/freeze').send({}).expect(400);
    await freeze('  ').expect(400);
    expect((await stands()).body).toMatchObject({ frozen: false });
  });

  it('is an admin’s of the MSP itself; whoever reads may see it, and a customer not who set it', async () => {
    const customerId = await app.customer('One of many');
    const operate = (await app.tokenFor({ scopes: ['operate'] })).agent;
    const theirs = (await app.tokenFor({ scopes: ['admin'], customerId })).agent;
    for (const agent of [operate, theirs]) {
      await agent.post('/v1/freeze').send({ reason: 'mine' }).expect(403);
      await agent.delete('/v1/freeze').set('If-Match', '*').expect(403);
    }
    await app.nobody.post('/v1/freeze').send({ reason: 'mine' }).expect(401);
    await freeze('maintenance').expect(200);
    expect((await operate.get('/v1/freeze').expect(200)).body).toMatchObject({
      frozen: true,
      by: { tokenId: expect.any(String) as string },
    });
    expect((await theirs.get('/v1/freeze').expect(200)).body).toMatchObject({
      frozen: true,
      reason: 'maintenance',
      by: null,
    });
    await app.admin.delete('/v1/freeze').set('If-Match', '*').expect(204);
  });

  it('is not set when the audit log cannot tell of it', async () => {
    await app.database.write((tx) => tx.manager.query('ALTER TABLE audit_events RENAME TO audit_away'));
    await freeze('never').expect(500);
    await app.database.write((tx) => tx.manager.query('ALTER TABLE audit_away RENAME TO audit_events'));
    expect((await stands()).body).toMatchObject({ frozen: false });
  });
});
