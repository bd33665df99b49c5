import https from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { webhookUrl } from '../../../src/core/notifications/webhook-url.ts';
import { randomWebhookSecret } from '../../../src/platform/crypto/random.ts';
import { signatures } from '../../../src/platform/webhook/sign.ts';
import { WebhookSender } from '../../../src/platform/webhook/webhook-sender.ts';
import { WebhookTargets, type HostAddress } from '../../../src/platform/webhook/webhook-target.ts';
import { selfSigned, startWebServer, type WebServer } from './web-server.ts';

const LOOPBACK: HostAddress = { address: '127.0.0.1', family: 4 };
const secret = randomWebhookSecret();
const MESSAGE = { id: 'message-1', body: '{"type":"test"}', secrets: [secret], timestamp: 1_790_000_000 };

describe('a webhook that is sent', () => {
  const certificate = selfSigned('hooks.example');
  let web: WebServer;
  let plain: WebServer;
  const sender = new WebhookSender(2_000, certificate.cert);

  beforeAll(async () => {
    web = await startWebServer(certificate);
    plain = await startWebServer();
  });
  beforeEach(() => {
    web.seen.length = 0;
    plain.seen.length = 0;
    web.answer = (response) => void response.writeHead(204).end();
  });
  afterAll(() => Promise.all([web.close(), plain.close()]));

  const send = async (
    text: string,
    { addresses = [LOOPBACK], by = sender, signal = new AbortController().signal } = {},
  ) => {
    const url = webhookUrl(text);
    if (!url.ok) throw new Error(`${text} is no URL`);
    return by.send({ url: url.value, addresses }, MESSAGE, signal);
  };
  const hooks = (path = '/umpire?a=1') => `https://hooks.example:${web.port}${path}`;

  it('is one POST of JSON with the three headers of Standard Webhooks', async () => {
    expect(await send(hooks())).toEqual({ kind: 'answered', status: 204, body: '', retryAfter: undefined });
    expect(web.seen).toEqual([
      expect.objectContaining({
        ...{ method: 'POST', path: '/umpire?a=1', body: MESSAGE.body },
        headers: expect.objectContaining({
          'content-type': 'application/json',
          'webhook-id': 'message-1',
          'webhook-timestamp': '1790000000',
          'webhook-signature': signatures([secret], 'message-1', 1_790_000_000, MESSAGE.body),
        }) as object,
      }),
    ]);
  });

  it('goes to the address that was looked at, under the name of the URL: in TLS, in the certificate and in Host', async () => {
    await send(hooks());
    expect(web.seen[0]).toMatchObject({ serverName: 'hooks.example', headers: { host: `hooks.example:${web.port}` } });
  });

  it('is not led elsewhere by a name that changes its answer (DNS rebinding): the name is asked once', async () => {
    const answers: HostAddress[][] = [[{ address: '93.184.216.34', family: 4 }], [LOOPBACK]];
    let asked = 0;
    const resolve = () => Promise.resolve(answers[asked++] ?? [LOOPBACK]);
    const url = webhookUrl(hooks());
    const found = url.ok && (await new WebhookTargets([], resolve).find(url.value, false));
    if (!found || !found.ok) throw new Error('the first answer is public');
    const soon = AbortSignal.timeout(700);
    const answer = await sender.send(found.value, MESSAGE, soon);
    expect(answer.kind).not.toBe('answered');
    expect(asked).toBe(1);
    expect(web.seen).toEqual([]);
  });

  it('does not follow a redirect', async () => {
    web.answer = (response) => void response.writeHead(307, { location: `http://127.0.0.1:${plain.port}/` }).end();
    expect(await send(hooks())).toMatchObject({ kind: 'answered', status: 307 });
    expect(plain.seen).toEqual([]);
    expect(web.seen).toHaveLength(1);
  });

  it('uses no proxy, though the machine’s environment names one for everybody else', async () => {
    let visits = 0;
    const proxy = createServer((socket) => {
      visits += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const ours = https.globalAgent;
    https.globalAgent = new https.Agent({ proxyEnv: { HTTPS_PROXY: `http://127.0.0.1:${port}` } });
    try {
      const everybody = https.get(hooks());
      await new Promise((resolve) => everybody.once('error', resolve));
      expect(visits).toBe(1);
      expect(await send(hooks())).toMatchObject({ status: 204 });
      expect(visits).toBe(1);
    } finally {
      https.globalAgent = ours;
      proxy.close();
    }
  });

  it('refuses a certificate of another name, or of nobody known', async () => {
    expect(await send(`https://other.example:${web.port}/`)).toEqual({
      kind: 'unreached',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    const strict = new WebhookSender(2_000);
    expect(await send(hooks(), { by: strict })).toMatchObject({
      kind: 'unreached',
      code: expect.stringMatching(/SELF_SIGNED/) as string,
    });
    expect(web.seen).toEqual([]);
  });

  it('keeps the beginning of a long answer, and does not read the rest', async () => {
    web.answer = (response) => {
      response.writeHead(500);
      const pour = () => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', pour);
      };
      pour();
    };
    expect(await send(hooks())).toMatchObject({ status: 500, body: 'x'.repeat(4_096) });
  });

  it('takes the status for the answer, also when the rest never comes', async () => {
    web.answer = (response) => void response.writeHead(200, { 'content-length': '100' }).write('begun');
    const quick = new WebhookSender(300, certificate.cert);
    expect(await send(hooks(), { by: quick })).toMatchObject({ kind: 'answered', status: 200, body: 'begun' });
  });

  it('tells Retry-After', async () => {
    web.answer = (response) => void response.writeHead(503, { 'retry-after': '120' }).end('later');
    expect(await send(hooks())).toEqual({ kind: 'answered', status: 503, body: 'later', retryAfter: '120' });
  });

  it('ends at its deadline when nobody answers (invariant 28)', async () => {
    web.answer = () => undefined;
    const before = performance.now();
    expect(await send(hooks(), { by: new WebhookSender(300, certificate.cert) })).toEqual({ kind: 'timeout' });
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it('ends at once when it is broken off', async () => {
    web.answer = () => undefined;
    expect(await send(hooks(), { signal: AbortSignal.timeout(100) })).toEqual({ kind: 'timeout' });
  });

  it.each([
    ['cuts the connection', (socket: { destroy(): void; end(text: string): void }) => socket.destroy()],
    ['does not speak HTTP', (socket: { destroy(): void; end(text: string): void }) => socket.end('SSH-2.0-x\r\n')],
    [
      'would rather speak another protocol',
      (socket: { destroy(): void; end(text: string): void }) =>
        socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    ],
  ])('fails when the server %s', async (_, act) => {
    web.answer = (_response, _request, socket) => act(socket);
    expect(await send(hooks())).toMatchObject({ kind: 'unreached' });
  });

  it('fails when nobody listens', async () => {
    expect(await send('https://hooks.example:1025/')).toEqual({ kind: 'unreached', code: 'ECONNREFUSED' });
  });

  it('goes without TLS where that was allowed', async () => {
    expect(await send(`http://127.0.0.1:${plain.port}/x`)).toMatchObject({ status: 204 });
    expect(plain.seen[0]).toMatchObject({ path: '/x', headers: { 'webhook-id': 'message-1' } });
  });
});
