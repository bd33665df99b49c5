import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { THE_SERVICE } from '../../../src/core/audit/actor.ts';
import type { HostAddress, HostKeyFingerprint } from '../../../src/core/names.ts';
import { ReadHostKeys } from '../../../src/hosts/read-host-keys.ts';
import { RegisterHostKey } from '../../../src/hosts/register-host-key.ts';
import { startApp, type TestApp } from '../app.ts';

const SHOWN = `SHA256:${'a'.repeat(43)}`;
const OTHER = `SHA256:${'b'.repeat(43)}`;

describe('SSH host keys', () => {
  let app: TestApp;
  let customerId: string;
  beforeAll(async () => {
    app = await startApp();
    customerId = await app.customer('Acme');
  });
  afterAll(() => app.close());

  /** A host as whoever registers clusters and arbiters brings it. */
  const register = async (address: string, fingerprint: string | null = null): Promise<string> => {
    const registering = app.umpire.app.get(RegisterHostKey, { strict: false });
    const host = {
      customerId,
      address: address as HostAddress,
      port: 22,
      fingerprint: fingerprint as HostKeyFingerprint,
    };
    const hostKey = await registering.prepare(host);
    await app.database.write((tx) => registering.insert(tx, THE_SERVICE, hostKey));
    return hostKey.id;
  };
  const read = async (id: string) => (await app.admin.get(`/v1/host-keys/${id}`).expect(200)).body as object;
  const confirm = (id: string, body?: object) => app.admin.post(`/v1/host-keys/${id}/confirm`).send(body);
  const listed = async (query: string) =>
    (
      (await app.admin.get(`/v1/host-keys?limit=500${query}`).expect(200)).body as { items: { id: string }[] }
    ).items.map(({ id }) => id);

  it('that nobody vouched for are shown, and wait', async () => {
    app.ssh.shown.set('seen.example', SHOWN);
    const id = await register('seen.example');
    expect(await read(id)).toMatchObject({
      status: 'unconfirmed',
      fingerprint: SHOWN,
      confirmedAt: null,
      address: 'seen.example',
      port: 22,
    });
    expect(await listed('&status=unconfirmed')).toContain(id);
    expect(await listed('&status=confirmed')).not.toContain(id);
  });

  it('are confirmed by a person, once and for all', async () => {
    app.ssh.shown.set('confirm.example', SHOWN);
    const id = await register('confirm.example');
    const confirmed = await confirm(id).expect(200);
    expect(confirmed.body).toMatchObject({
      status: 'confirmed',
      fingerprint: SHOWN,
      version: 2,
      confirmedAt: '2026-11-22T10:00:00.000Z',
    });
    expect(confirmed.headers['etag']).toBe('"2"');
    expect(await listed('&status=unconfirmed')).not.toContain(id);
    expect((await confirm(id).expect(200)).body).toEqual(confirmed.body);
    const events = await app.admin.get('/v1/audit/events?kind=host-key.confirmed').expect(200);
    const mine = (events.body as { items: { data: { hostKeyId: string } }[] }).items.filter(
      ({ data }) => data.hostKeyId === id,
    );
    expect(mine).toEqual([
      expect.objectContaining({
        customerId,
        data: { hostKeyId: id, address: 'confirm.example', port: 22, fingerprint: SHOWN },
      }),
    ]);
  });

  it('of a host that was installed anew are confirmed by naming the new one, which it must show', async () => {
    app.ssh.shown.set('anew.example', SHOWN);
    const id = await register('anew.example');
    await confirm(id, { fingerprint: SHOWN }).expect(200);
    expect((await confirm(id, { fingerprint: OTHER }).expect(409)).body).toMatchObject({ code: 'host_key_differs' });
    app.ssh.shown.set('anew.example', OTHER);
    expect((await confirm(id, { fingerprint: OTHER }).expect(200)).body).toMatchObject({
      status: 'confirmed',
      fingerprint: OTHER,
    });
  });

  it('are confirmed only as the person saw them', async () => {
    app.ssh.shown.set('differs.example', SHOWN);
    const id = await register('differs.example');
    expect((await confirm(id, { fingerprint: OTHER }).expect(409)).body).toMatchObject({ code: 'host_key_differs' });
    expect(await read(id)).toMatchObject({ status: 'unconfirmed' });
    await confirm(id, { fingerprint: SHOWN }).expect(200);
  });

  it('that were never seen cannot be confirmed, until the host was reached', async () => {
    const id = await register('later.example');
    expect(await read(id)).toMatchObject({ status: 'unconfirmed', fingerprint: null, seenAt: null });
    expect((await confirm(id).expect(409)).body).toMatchObject({ code: 'host_key_not_seen' });
    app.ssh.shown.set('later.example', SHOWN);
    await app.umpire.app.get(ReadHostKeys, { strict: false }).run();
    expect(await read(id)).toMatchObject({ status: 'unconfirmed', fingerprint: SHOWN });
    await confirm(id).expect(200);
  });

  it('that whoever registers the host vouches for are confirmed, without a look', async () => {
    const looks = app.ssh.looks.length;
    const id = await register('vouched.example', SHOWN);
    expect(await read(id)).toMatchObject({ status: 'confirmed', fingerprint: SHOWN });
    expect(app.ssh.looks).toHaveLength(looks);
  });

  it('need the scope operate to be confirmed, and read to be seen', async () => {
    app.ssh.shown.set('scopes.example', SHOWN);
    const id = await register('scopes.example');
    const reader = await app.tokenFor({ scopes: ['read'] });
    await reader.agent.get(`/v1/host-keys/${id}`).expect(200);
    await reader.agent.post(`/v1/host-keys/${id}/confirm`).expect(403);
    const operator = await app.tokenFor({ scopes: ['operate'] });
    await operator.agent.post(`/v1/host-keys/${id}/confirm`).expect(200);
  });

  it('of another customer are not there', async () => {
    app.ssh.shown.set('theirs.example', SHOWN);
    const id = await register('theirs.example');
    const stranger = await app.tokenFor({ scopes: ['operate'], customerId: await app.customer('Stranger') });
    await stranger.agent.get(`/v1/host-keys/${id}`).expect(404);
    await stranger.agent.post(`/v1/host-keys/${id}/confirm`).expect(404);
    expect((await stranger.agent.get('/v1/host-keys').expect(200)).body).toEqual({ items: [], nextCursor: null });
    const owner = await app.tokenFor({ scopes: ['operate'], customerId });
    await owner.agent.post(`/v1/host-keys/${id}/confirm`).expect(200);
  });

  it('that are not there, and statuses that are none, are refused', async () => {
    await confirm('01900000-0000-7000-8000-000000000000').expect(404);
    await confirm('not-an-id').expect(400);
    await app.admin.get('/v1/host-keys?status=lost').expect(400);
    expect((await app.admin.get('/v1/host-keys?sttaus=confirmed').expect(400)).body).toMatchObject({
      code: 'unknown_field',
    });
  });
});
