import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SmtpConfig } from '../../../src/platform/config/smtp-config.ts';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { Mailer } from '../../../src/platform/mail/mailer.ts';
import { selfSigned } from '../webhook/web-server.ts';
import { startMailServer, type MailServer } from './mail-server.ts';

const MESSAGE = { to: 'noc@msp.example', subject: 'The vote is lost', text: 'Line one.\nLine two.', id: 'delivery-1' };
const NEVER = new AbortController().signal;

/** The headers of a message, the folded ones made whole, and its body. */
const parts = (source: string): { headers: string[]; body: string } => {
  const [head = '', ...rest] = source.split('\r\n\r\n');
  return { headers: head.replace(/\r\n[ \t]+/g, ' ').split('\r\n'), body: rest.join('\r\n\r\n') };
};

describe('an e-mail that is sent', () => {
  let server: MailServer;
  const config = (change: Partial<SmtpConfig> = {}): SmtpConfig => ({
    ...{ host: '127.0.0.1', port: server.port, isTls: false, login: null, from: 'umpire@msp.example', ...change },
  });
  beforeAll(async () => {
    server = await startMailServer();
  });
  beforeEach(() => {
    server.seen.length = 0;
    server.refuse = null;
  });
  afterAll(() => server.close());

  it('goes to one mailbox, as plain text, under an id that stays, and asks no machine to answer', async () => {
    expect(await new Mailer(config()).send(MESSAGE, NEVER)).toMatchObject({
      kind: 'taken',
      reply: expect.stringMatching(/^250/) as string,
    });
    expect(server.seen).toMatchObject([{ from: 'umpire@msp.example', to: ['noc@msp.example'] }]);
    const { headers, body } = parts(server.seen[0]?.source ?? '');
    expect(headers).toEqual(
      expect.arrayContaining([
        ...['From: Umpire <umpire@msp.example>', 'To: noc@msp.example', 'Subject: The vote is lost'],
        ...['Message-ID: <delivery-1@msp.example>', 'Auto-Submitted: auto-generated'],
        ...['Content-Type: text/plain; charset=utf-8'],
      ]),
    );
    expect(body.trim()).toBe('Line one.\r\nLine two.');
  });

  it.each([
    ['Lost\r\nBcc: everybody@msp.example', 'Line.'],
    ['Lost\nX-Injected: 1\n\nbody', 'Line.'],
    ['Lost', '.\r\n.\r\nMAIL FROM:<evil@msp.example>\r\n'],
    ['Lost\u2028Bcc: everybody@msp.example', 'Line.\r\n\r\n.\r\nQUIT\r\n'],
  ])('holds no header and no command but ours, whatever stands in its subject and text: %j', async (subject, text) => {
    expect(await new Mailer(config()).send({ ...MESSAGE, subject, text }, NEVER)).toMatchObject({ kind: 'taken' });
    expect(server.seen).toHaveLength(1);
    const [seen] = server.seen;
    expect(seen?.to).toEqual(['noc@msp.example']);
    const names = parts(seen?.source ?? '').headers.map((line) => line.split(':')[0]?.toLowerCase());
    expect(names.toSorted()).toEqual([
      ...[
        'auto-submitted',
        'content-transfer-encoding',
        'content-type',
        'date',
        'from',
        'message-id',
        'mime-version',
        'subject',
        'to',
      ],
    ]);
  });

  it('holds no header but ours for any subject', { timeout: 30_000 }, async () => {
    const mailer = new Mailer(config());
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (subject) => {
        server.seen.length = 0;
        await mailer.send({ ...MESSAGE, subject: `a\r\nBcc: b@c.example\r\n${subject}` }, NEVER);
        expect(parts(server.seen[0]?.source ?? '').headers).toHaveLength(9);
      }),
      { numRuns: 40 },
    );
  });

  it('that the server refuses for good is told apart from one that may be taken later', async () => {
    server.refuse = { code: 550, words: 'no such mailbox' };
    expect(await new Mailer(config()).send(MESSAGE, NEVER)).toMatchObject({
      ...{ kind: 'refused', status: 550, forGood: true, reply: expect.stringContaining('no such mailbox') as string },
    });
    server.refuse = { code: 451, words: 'greylisted' };
    expect(await new Mailer(config()).send(MESSAGE, NEVER)).toMatchObject({
      kind: 'refused',
      status: 451,
      forGood: false,
    });
  });

  it('is not sent where no server is configured, or none answers', async () => {
    expect(await new Mailer(null).send(MESSAGE, NEVER)).toBeNull();
    expect(await new Mailer(config({ port: 1 })).send(MESSAGE, NEVER)).toEqual({ kind: 'unreached', code: 'ESOCKET' });
  });

  it('ends at once when it is broken off (invariant 28)', async () => {
    const mute = createServer();
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const before = performance.now();
    const answer = await new Mailer(config({ port })).send(MESSAGE, AbortSignal.timeout(200));
    expect(answer).toMatchObject({ kind: 'unreached' });
    expect(performance.now() - before).toBeLessThan(2_000);
    mute.close();
  });
});

describe('a login at the mail server', () => {
  const certificate = selfSigned('localhost', '127.0.0.1');
  const password = 'secret-of-the-mail-server';
  let server: MailServer;
  beforeAll(async () => {
    server = await startMailServer({
      ...certificate,
      disabledCommands: [],
      authMethods: ['PLAIN'],
      allowInsecureAuth: true,
      onAuth: (auth, _session, done) =>
        auth.password === password ? done(null, { user: auth.username }) : done(new Error('wrong')),
    });
  });
  afterAll(() => server.close());

  it('sends no password to a server whose certificate nobody vouches for', async () => {
    const login = { user: 'umpire', password: new Secret(password) };
    const mailer = new Mailer({
      host: '127.0.0.1',
      port: server.port,
      isTls: false,
      login,
      from: 'umpire@msp.example',
    });
    expect(await mailer.send(MESSAGE, NEVER)).toMatchObject({
      kind: 'unreached',
      code: expect.stringMatching(/ETLS|ESOCKET/) as string,
    });
    expect(server.seen).toEqual([]);
  });

  it('sends no password in the clear to a server that offers no TLS, unless it is this machine', async () => {
    const bare = await startMailServer({
      disabledCommands: ['STARTTLS'],
      authMethods: ['PLAIN'],
      allowInsecureAuth: true,
      onAuth: (auth, _session, done) =>
        auth.password === password ? done(null, { user: auth.username }) : done(new Error('wrong')),
    });
    const login = { user: 'umpire', password: new Secret(password) };
    const at = (host: string) => new Mailer({ host, port: bare.port, isTls: false, login, from: 'umpire@msp.example' });
    expect(await at('127.0.0.1').send(MESSAGE, NEVER)).toMatchObject({ kind: 'taken' });
    expect(bare.seen).toMatchObject([{ user: 'umpire' }]);
    // Another name of this machine, which could be anybody's.
    expect(await at('0.0.0.0').send(MESSAGE, NEVER)).toMatchObject({ kind: 'unreached', code: 'ETLS' });
    expect(bare.seen).toHaveLength(1);
    const wrong = { user: 'umpire', password: new Secret('another') };
    const refused = new Mailer({
      host: '127.0.0.1',
      port: bare.port,
      isTls: false,
      login: wrong,
      from: 'umpire@msp.example',
    });
    expect(await refused.send(MESSAGE, NEVER)).toMatchObject({ kind: 'refused', forGood: false });
    await bare.close();
  });
});
