import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SshCredential } from '../../../src/hosts/ssh-credential.entity.ts';
import { sealedKeyPlace } from '../../../src/hosts/reach-hosts.ts';
import { Keyring } from '../../../src/platform/crypto/kek.ts';
import { unseal } from '../../../src/platform/crypto/sealing.ts';
import { generateSshKey } from '../../../src/platform/crypto/ssh-keys.ts';
import { startApp, type TestApp } from '../app.ts';

describe('SSH credentials', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const create = (body: object) => app.admin.post('/v1/ssh-credentials').send({ name: 'n', user: 'root', ...body });

  it('are made by the service: the public key comes back, ready for authorized_keys', async () => {
    const answer = await create({ generate: true }).expect(201);
    const { id } = answer.body as { id: string };
    expect(answer.body).toMatchObject({
      name: 'n',
      user: 'root',
      customerId: null,
      publicKey: expect.stringMatching(/^ssh-ed25519 [A-Za-z0-9+/=]+ umpire-/) as string,
      fingerprint: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/) as string,
    });
    expect((await app.admin.get(`/v1/ssh-credentials/${id}`).expect(200)).body).toEqual(answer.body);
    expect((await app.admin.get('/v1/ssh-credentials')).body).toMatchObject({ items: [answer.body] });
  });

  it('are taken from a person: the same key, and never told again (invariant 16)', async () => {
    const pair = await generateSshKey('mine');
    const privateKey = pair.privateKey.reveal();
    const answer = await create({ privateKey }).expect(201);
    expect(answer.body).toMatchObject({ publicKey: pair.publicKey, fingerprint: pair.fingerprint });
    const { id } = answer.body as { id: string };
    const keyLine = privateKey.split('\n')[2] ?? '';
    const one = await app.admin.get(`/v1/ssh-credentials/${id}`).expect(200);
    const list = await app.admin.get('/v1/ssh-credentials').expect(200);
    for (const { text } of [answer, one, list]) {
      expect(text).not.toContain(keyLine);
      expect(text).not.toMatch(/private/i);
    }
    expect(app.stored().includes(keyLine)).toBe(false);
    expect(app.logged()).not.toContain(keyLine);
  });

  it('open with the key-encryption key, in their own row and no other', async () => {
    const pair = await generateSshKey('sealed');
    const { id } = (await create({ privateKey: pair.privateKey.reveal() }).expect(201)).body as { id: string };
    const row = await app.database.read.manager.findOneByOrFail(SshCredential, { id });
    const keyring = app.umpire.app.get(Keyring);
    const opened = unseal(row.sealedPrivateKey, sealedKeyPlace(id), keyring);
    expect(opened.ok && opened.value.reveal()).toBe(pair.privateKey.reveal());
    expect(unseal(row.sealedPrivateKey, sealedKeyPlace('another'), keyring).ok).toBe(false);
  });

  it.each([
    ['neither a key nor the wish for one', {}],
    ['both', { privateKey: 'x', generate: true }],
    ['"generate": false', { generate: false }],
    ['a user that useradd would refuse', { generate: true, user: 'root; reboot' }],
  ])('%s is refused', async (_, body) => {
    expect((await create(body).expect(400)).body).toMatchObject({ code: 'invalid_request' });
  });

  it('a key that cannot be used is refused with the reason, and not repeated', async () => {
    const refused = await create({ privateKey: 'my-secret-but-no-key' }).expect(400);
    expect(refused.body).toMatchObject({
      code: 'invalid_ssh_key',
      findings: [{ code: 'ssh_key_unreadable', subject: 'privateKey' }],
    });
    expect(refused.text + app.logged()).not.toContain('my-secret-but-no-key');
    const { publicKey } = await generateSshKey('public');
    expect((await create({ privateKey: publicKey }).expect(400)).body).toMatchObject({
      findings: [{ code: 'ssh_key_public' }],
    });
  });

  it('for a customer that is not there are refused', async () => {
    await create({ generate: true, customerId: '01900000-0000-7000-8000-000000000000' }).expect(404);
  });

  it('stand in the audit log with their fingerprint', async () => {
    const { body } = await create({ generate: true, name: 'watched' }).expect(201);
    const { id, fingerprint } = body as { id: string; fingerprint: string };
    const events = await app.admin.get('/v1/audit/events?kind=ssh-credential.created').expect(200);
    const data = { credentialId: id, name: 'watched', user: 'root', fingerprint, generated: true };
    expect((events.body as { items: object[] }).items).toContainEqual(expect.objectContaining({ data }));
  });
});
