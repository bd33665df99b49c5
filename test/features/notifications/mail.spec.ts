import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SmtpConfig } from '../../../src/platform/config/smtp-config.ts';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { MINUTE_MS } from '../../../src/core/time.ts';
import { startMailServer, type MailServer } from '../../platform/mail/mail-server.ts';
import { startApp, type TestApp } from '../app.ts';
import { deliveriesOf, enqueue } from './receiver.ts';

const PASSWORD = 'the-password-of-the-mail-server';

describe('notices by e-mail', () => {
  let app: TestApp;
  let mail: MailServer;
  beforeAll(async () => {
    mail = await startMailServer({
      disabledCommands: ['STARTTLS'],
      authMethods: ['PLAIN'],
      allowInsecureAuth: true,
      onAuth: (auth, _session, done) =>
        auth.password === PASSWORD ? done(null, { user: auth.username }) : done(new Error('wrong')),
    });
    const login = { user: 'umpire', password: new Secret(PASSWORD) };
    const smtp: SmtpConfig = { host: '127.0.0.1', port: mail.port, isTls: false, login, from: 'umpire@msp.example' };
    app = await startApp({ config: { smtp } });
  });
  beforeEach(() => {
    mail.seen.length = 0;
    mail.refuse = null;
  });
  afterAll(async () => {
    await app.close();
    await mail.close();
  });

  const add = async (asked: object): Promise<string> =>
    ((await app.admin.post('/v1/mail-recipients').send(asked).expect(201)).body as { id: string }).id;
  const remove = (id: string) => app.admin.delete(`/v1/mail-recipients/${id}`).set('If-Match', '*').expect(204);
  const seen = (count: number) => expect.poll(() => mail.seen.length, { timeout: 8_000 }).toBe(count);

  it('reach the mailboxes that they are for', async () => {
    const customerId = await app.customer('Acme');
    const [all, own, resolved] = [
      await add({ address: 'noc@msp.example' }),
      await add({ address: 'it@acme.example', customerId }),
      await add({ address: 'bills@msp.example', events: ['alert.resolved'] }),
    ];
    await enqueue(app, { customerId, subject: 'Acme: the vote is lost\r\nBcc: x@y.example', text: 'alpha lost it.' });
    await enqueue(app, { customerId: null, event: 'alert.resolved', subject: 'The arbiter is back' });
    await seen(4);
    const told = mail.seen.map(({ to, source }) => `${to.join()} ${/^Subject: (.*)$/m.exec(source)?.[1]?.trim()}`);
    expect(told.toSorted()).toEqual([
      'bills@msp.example The arbiter is back',
      'it@acme.example Acme: the vote is lost Bcc: x@y.example',
      'noc@msp.example Acme: the vote is lost Bcc: x@y.example',
      'noc@msp.example The arbiter is back',
    ]);
    for (const id of [all, own, resolved]) await remove(id);
  });

  it('have the same log, retries and test as webhooks', async () => {
    const id = await add({ address: 'noc@msp.example' });
    const path = `/v1/mail-recipients/${id}`;
    mail.refuse = { code: 451, words: 'greylisted, come again' };
    const test = await app.admin.post(`${path}/test`).expect(202);
    expect(test.headers['location']).toBe(`${path}/deliveries/${(test.body as { id: string }).id}`);
    const log = async () => (await deliveriesOf(app, path))[0]?.log ?? [];
    await expect.poll(async () => (await log()).length, { timeout: 8_000 }).toBe(1);
    expect((await log())[0]).toMatchObject({ status: 451, answer: expect.stringContaining('greylisted') as string });
    mail.refuse = null;
    app.clock.advance(MINUTE_MS);
    await seen(1);
    await expect.poll(async () => (await deliveriesOf(app, path))[0]?.state).toBe('delivered');
    await remove(id);
    await app.admin.get(path).expect(404);
  });

  it('that the mail server refuses for good are not tried again, until somebody asks', async () => {
    const id = await add({ address: 'nobody@msp.example' });
    const path = `/v1/mail-recipients/${id}`;
    mail.refuse = { code: 550, words: 'no such mailbox' };
    await enqueue(app);
    await expect.poll(async () => (await deliveriesOf(app, path))[0]?.state, { timeout: 8_000 }).toBe('failed');
    const [failed] = await deliveriesOf(app, path);
    expect(failed?.log).toMatchObject([{ status: 550, finding: { code: 'mail_refused' } }]);
    mail.refuse = null;
    await app.admin.post(`${path}/deliveries/${failed?.id}/redeliver`).expect(202);
    await seen(1);
    const pending = async () => (await deliveriesOf(app, path))[0]?.state;
    await expect.poll(pending).toBe('delivered');
    await remove(id);
  });

  it.each(['noc', 'Noc <noc@msp.example>', 'noc@msp.example\r\nBcc: all@msp.example', 'a@msp.example,b@msp.example'])(
    'do not go to %j, which is no mailbox',
    async (address) => {
      const refused = await app.admin.post('/v1/mail-recipients').send({ address }).expect(400);
      expect(refused.body).toMatchObject({ code: 'invalid_request', findings: [{ subject: 'address' }] });
    },
  );

  it('of one customer are another’s to neither see nor touch', async () => {
    const [mine, others] = [await app.customer('Mine'), await app.customer('Others')];
    const theirs = await add({ address: 'it@others.example', customerId: others });
    const { agent } = await app.tokenFor({ scopes: ['admin'], customerId: mine });
    expect((await agent.get('/v1/mail-recipients').expect(200)).body).toMatchObject({ items: [] });
    await agent.get(`/v1/mail-recipients/${theirs}`).expect(404);
    await agent.get(`/v1/mail-recipients/${theirs}/deliveries`).expect(404);
    await agent.post(`/v1/mail-recipients/${theirs}/test`).expect(404);
    await agent.delete(`/v1/mail-recipients/${theirs}`).set('If-Match', '*').expect(404);
    await agent.post('/v1/mail-recipients').send({ address: 'x@y.example', customerId: others }).expect(404);
    await remove(theirs);
  });

  it('leave no trace of the mail server’s password, neither in the database nor in the log (invariant 16)', () => {
    expect(app.stored().includes(PASSWORD)).toBe(false);
    expect(app.logged()).not.toContain(PASSWORD);
    expect(mail.seen.every(({ user }) => user === 'umpire')).toBe(true);
  });

  it('cannot be asked for where no mail server is configured', async () => {
    const bare = await startApp();
    const refused = await bare.admin.post('/v1/mail-recipients').send({ address: 'noc@msp.example' }).expect(409);
    expect(refused.body).toMatchObject({ code: 'mail_not_configured' });
    await bare.close();
  });
});
