import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type Agent, type TestApp } from '../app.ts';
import { created, FINGERPRINT } from '../jobs/jobs-app.ts';

const ABSENT = '01900000-0000-7000-8000-000000000000';

describe('arbiters', () => {
  let app: TestApp;
  let customer: Agent;
  let credentialId: string;
  let foreignCredential: string;
  beforeAll(async () => {
    app = await startApp();
    app.ssh.shown.set('192.0.2.9', FINGERPRINT);
    const customerId = await app.customer('The customer');
    customer = (await app.tokenFor({ scopes: ['admin'], customerId })).agent;
    credentialId = await created(app.admin, '/v1/ssh-credentials', { name: 'own', user: 'root', generate: true });
    foreignCredential = await created(app.admin, '/v1/ssh-credentials', {
      name: 'c',
      user: 'root',
      generate: true,
      customerId,
    });
  });
  afterAll(() => app.close());

  const register = (more: object = {}) =>
    app.admin
      .post('/v1/arbiters')
      .send({ name: 'north', address: '192.0.2.1', credentialId, hostKeyFingerprint: FINGERPRINT, ...more });

  it('are taken in with one shared instance that is not prepared yet, and nothing is run on them', async () => {
    const { body, headers } = await register({ address: 'ARBITER.example.net' }).expect(201);
    expect(body).toMatchObject({
      name: 'north',
      address: 'arbiter.example.net',
      sshPort: 22,
      isolation: 'shared',
      version: 1,
    });
    expect(body.instances).toMatchObject([{ name: 'shared', port: 5403, state: 'unprepared' }]);
    expect(headers['location']).toBe(`/v1/arbiters/${body.id}`);
    expect((await app.admin.get(`/v1/arbiters/${body.id}`).expect(200)).body).toEqual(body);
    expect((await app.admin.get('/v1/arbiters').expect(200)).body.items).toContainEqual(body);
    expect(app.ssh.looks).toEqual([]);
  });

  it('are not trusted by the key that they show: it waits for a person', async () => {
    const { body } = await register({ name: 'south', address: '192.0.2.9', hostKeyFingerprint: undefined }).expect(201);
    const key = (await app.admin.get(`/v1/host-keys/${body.hostKeyId}`).expect(200)).body;
    expect(key).toMatchObject({ status: 'unconfirmed', fingerprint: FINGERPRINT, address: '192.0.2.9' });
    expect(app.ssh.looks).toEqual(['192.0.2.9']);
  });

  it('have each a name of their own', async () => {
    await register({ name: 'twice' }).expect(201);
    expect((await register({ name: 'twice' }).expect(409)).body).toMatchObject({ code: 'name_taken' });
  });

  it.each([
    ['a credential of a customer', () => ({ credentialId: foreignCredential }), 'credential_not_found'],
    ['a credential that is not there', () => ({ credentialId: ABSENT }), 'credential_not_found'],
    ['isolation that does not exist yet', () => ({ isolation: 'per-customer' }), 'isolation_not_available'],
    ['an address that is none', () => ({ address: '1.2.3' }), 'invalid_field'],
    ['a fingerprint of another kind', () => ({ hostKeyFingerprint: 'MD5:aa' }), 'invalid_field'],
    ['a port that is none', () => ({ sshPort: 0 }), 'invalid_field'],
    ['a field that nobody knows', () => ({ adress: 'x' }), 'unknown_field'],
  ])('are not taken in with %s', async (_, wrong, code) => {
    const { body } = await register({ name: 'wrong', ...wrong() }).expect(400);
    expect(body.findings.map((finding: { code: string }) => finding.code)).toContain(code);
  });

  it('are the provider’s own: a customer’s token sees none and takes none in', async () => {
    const { body } = await register({ name: 'hidden' }).expect(201);
    expect((await customer.get('/v1/arbiters').expect(200)).body).toEqual({ items: [], nextCursor: null });
    await customer.get(`/v1/arbiters/${body.id}`).expect(404);
    await customer
      .post('/v1/arbiters')
      .send({ name: 'own', address: '192.0.2.1', credentialId: foreignCredential })
      .expect(403);
  });

  it('need a token that may do everything', async () => {
    const { agent } = await app.tokenFor({ scopes: ['operate'] });
    await agent.post('/v1/arbiters').send({ name: 'n', address: '192.0.2.1', credentialId }).expect(403);
  });
});
