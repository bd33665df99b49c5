import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { generateSshKey } from '../../src/platform/crypto/ssh-keys.ts';
import { startWebServer, type WebServer } from '../platform/webhook/web-server.ts';
import { ADMIN_TOKEN, startApp, type TestApp } from './app.ts';
import { ALLOWED, registerAt } from './notifications/receiver.ts';

/** Every form in which a text could stand somewhere by accident. */
const formsOf = (secret: string): string[] => {
  const bytes = Buffer.from(secret, 'utf8');
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
  ];
};

describe('planted secrets are found nowhere (invariant 16)', () => {
  let app: TestApp;
  /** What must not be found, by what it is. */
  const planted = new Map<string, string>();

  let web: WebServer;

  beforeAll(async () => {
    web = await startWebServer();
    app = await startApp({ config: ALLOWED });
    planted.set('the admin token', ADMIN_TOKEN);
    const given = (await generateSshKey('given')).privateKey.reveal();
    planted.set('an SSH key that was given, a line of it', given.split('\n')[2] ?? '');
    const asked = { name: 'n', user: 'root', privateKey: given };
    await app.admin.post('/v1/ssh-credentials').set('Idempotency-Key', 'a').send(asked).expect(201);
    const { token } = await app.tokenFor({ scopes: ['read'] });
    planted.set('an issued token', token.split('_')[2] ?? '');
    const kept = await app.admin
      .post('/v1/tokens')
      .set('Idempotency-Key', 'b')
      .send({ name: 'n', scopes: ['read'] })
      .expect(201);
    planted.set('a token in a remembered answer', (kept.body as { token: string }).token.split('_')[2] ?? '');
    planted.set('a wrong token', 'ump_wrong_token-that-somebody-tried');
    await app.as('ump_wrong_token-that-somebody-tried').get('/v1/customers').expect(401);
    planted.set('a secret in a query', 'secret-in-a-query');
    await app.admin.get('/v1/customers?token=secret-in-a-query').expect(400);
    planted.set('a secret in a field that is none', 'secret-in-a-wrong-field');
    await app.admin.post('/v1/customers').send({ name: 'N', password: 'secret-in-a-wrong-field' }).expect(400);
    planted.set('a secret in a field of another type', 'secret-in-a-number');
    await app.admin.post('/v1/arbiters').send({ name: 'N', sshPort: 'secret-in-a-number' });
    planted.set('a key that cannot be read', 'secret-that-is-no-key');
    const broken = { name: 'n', user: 'root', privateKey: 'secret-that-is-no-key' };
    await app.admin.post('/v1/ssh-credentials').set('Idempotency-Key', 'c').send(broken).expect(400);
    const webhook = await registerAt(app, web);
    planted.set('a webhook’s secret', webhook.secret.slice('whsec_'.length));
    const rotated = await app.admin
      .post(`/v1/webhooks/${webhook.id}/rotate-secret`)
      .set('Idempotency-Key', 'd')
      .send({ overlapHours: 1 })
      .expect(200);
    planted.set('a rotated webhook’s secret', (rotated.body as { secret: string }).secret.slice('whsec_'.length));
    await app.admin.post(`/v1/webhooks/${webhook.id}/test`).expect(202);
    await vi.waitFor(() => expect(web.seen).toHaveLength(1), { timeout: 10_000 });
    await app.database.write((tx) => tx.manager.query('ALTER TABLE audit_events RENAME TO audit_away'));
    await app.admin.post('/v1/ssh-credentials').send(asked).expect(500);
    await app.database.write((tx) => tx.manager.query('ALTER TABLE audit_away RENAME TO audit_events'));
  });
  afterAll(async () => {
    await app.close();
    await web.close();
  });

  const foundIn = (place: Buffer): string[] =>
    [...planted].filter(([, secret]) => formsOf(secret).some((form) => place.includes(form))).map(([what]) => what);

  it('neither in the database, its write-ahead log, nor the queue', () => {
    const stored = app.stored();
    expect(stored.length).toBeGreaterThan(10_000);
    expect(stored.includes('ssh-ed25519')).toBe(true);
    expect(foundIn(stored)).toEqual([]);
  });

  it('nor in the log, which told of each request and of the fault', () => {
    const log = Buffer.from(app.logged());
    expect(log.includes('POST /v1/ssh-credentials 500')).toBe(true);
    expect(log.includes('GET /v1/customers 400')).toBe(true);
    expect(foundIn(log)).toEqual([]);
  });

  it('nor in the audit log or the figures, as they are read over HTTP', async () => {
    const audit = await app.admin.get('/v1/audit/events?limit=500').expect(200);
    const metrics = await app.nobody.get('/metrics').expect(200);
    expect(foundIn(Buffer.from(audit.text + metrics.text))).toEqual([]);
  });

  it('and the search would find them', () => {
    const secret = planted.get('an issued token') ?? '';
    expect(foundIn(Buffer.from(`…${secret}…`))).toEqual(['an issued token']);
    expect(foundIn(Buffer.from(Buffer.from(secret).toString('base64')))).toEqual(['an issued token']);
  });
});
