import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { commonNameOf, readCertificate } from '../../../src/core/certificates/certificate-reading.ts';
import { clusterName, hostAddress } from '../../../src/core/names.ts';
import { generateKeys } from '../../../src/platform/crypto/keys.ts';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { probeQnetd, type ProbeIdentity, type ProbeOptions } from '../../../src/platform/probe/qnetd-probe.ts';
import { makeAuthority, must, orderFor, type TestAuthority } from '../crypto/authority.ts';
import { QNETD, startQnetd, type RealQnetd } from './real-qnetd.ts';

const LOOPBACK = must(hostAddress('127.0.0.1'));
const probe = (port: number, options?: ProbeOptions) => probeQnetd({ host: LOOPBACK, port }, options);

const REPLY_ON = Buffer.from('00010000001200000004000000010002000101'.concat('0003000101'), 'hex');

/** Fake servers, of which a test may start some; all are gone after it. */
const servers: Server[] = [];
const sockets = new Set<Socket>();
const serve = async (talk: (socket: Socket) => void): Promise<number> => {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    talk(socket);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

const answering = (...answers: readonly Buffer[]) => {
  return (socket: Socket): void => {
    const left = [...answers];
    socket.on('data', () => {
      const answer = left.shift();
      if (answer !== undefined) socket.write(answer);
    });
  };
};

describe('a server that is not what it should be', () => {
  it.each<[string, string, (socket: Socket) => void]>([
    ['says nothing', 'qnetd_timeout', () => undefined],
    ['stops in the middle of its answer', 'qnetd_timeout', answering(REPLY_ON.subarray(0, 9))],
    ['says nothing after STARTTLS', 'qnetd_timeout', answering(REPLY_ON)],
    ['closes at once', 'qnetd_closed', (socket) => socket.end()],
    ['resets at once', 'qnetd_closed', (socket) => socket.resetAndDestroy()],
    ['closes in the middle of its answer', 'qnetd_closed', (socket) => socket.end(REPLY_ON.subarray(0, 9))],
    ['is a web server', 'not_qnetd', answering(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))],
    ['is an SSH server', 'not_qnetd', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
    ['says more than it was asked', 'not_qnetd', answering(Buffer.concat([REPLY_ON, REPLY_ON]))],
    ['promises 4 GB', 'not_qnetd', answering(Buffer.from('0001ffffffff', 'hex'))],
    ['answers with an error', 'qnetd_error', answering(Buffer.from('00050000000e000000040000000100060002000c', 'hex'))],
    [
      'speaks no TLS after STARTTLS',
      'qnetd_tls_failed',
      answering(REPLY_ON, Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')),
    ],
  ])('that %s is a finding (invariant 28)', async (_, code, talk) => {
    const port = await serve(talk);
    const start = performance.now();
    const result = await probe(port, { deadlineMs: 400 });
    expect(result).toMatchObject({ ok: false, findings: [{ code, severity: 'error' }] });
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it('that floods with bytes is left alone at once', async () => {
    let sent = 0;
    const port = await serve((socket) => {
      const flood = (): void => {
        while (socket.writable && socket.write(Buffer.alloc(65_536, 0xff))) sent += 65_536;
      };
      socket.on('drain', flood);
      flood();
    });
    expect(await probe(port)).toMatchObject({ ok: false, findings: [{ code: 'not_qnetd' }] });
    expect(sent).toBeLessThan(20_000_000);
  });

  it('that comes byte by byte is understood', async () => {
    const reply = Buffer.from(REPLY_ON);
    // TLS off: behind the header, the sequence number and its own option header.
    reply[18] = 0;
    const port = await serve((socket) => {
      socket.setNoDelay(true);
      socket.once('data', () => {
        void (async () => {
          for (const byte of reply) {
            socket.write(Buffer.of(byte));
            await new Promise((resolve) => setTimeout(resolve, 2));
          }
        })();
      });
    });
    expect(await probe(port)).toMatchObject({ ok: true, value: { tls: 'off', certificate: null } });
  });

  it('that is not there is a finding with the port', async () => {
    const port = await serve(() => undefined);
    const [server] = servers.splice(0);
    await new Promise((resolve) => server?.close(resolve));
    expect(await probe(port)).toMatchObject({
      ok: false,
      findings: [{ code: 'qnetd_refused', subject: '127.0.0.1', params: { port } }],
    });
  });

  it('that has no address is a finding', async () => {
    const host = must(hostAddress('no-such-host.invalid'));
    const result = await probeQnetd({ host, port: 5403 }, { deadlineMs: 3_000 });
    expect(['qnetd_unreachable', 'qnetd_timeout']).toContain(result.findings[0]?.code);
  });

  it('has no connection left after any of this', async () => {
    const port = await serve((socket) => socket.resume());
    await probe(port, { deadlineMs: 50 });
    await expect.poll(() => sockets.size, { timeout: 2_000 }).toBe(0);
  });
});

describe.skipIf(!existsSync(QNETD))('a real corosync-qnetd', () => {
  let authority: TestAuthority;
  let foreign: TestAuthority;
  const running: RealQnetd[] = [];
  const start = async (...how: [tls: 'off' | 'on' | 'req', ...options: string[]]): Promise<RealQnetd> => {
    const qnetd = await startQnetd(authority, ...how);
    running.push(qnetd);
    return qnetd;
  };
  let required: RealQnetd;
  beforeAll(async () => {
    [authority, foreign] = [await makeAuthority('p256'), await makeAuthority('p256')];
    required = await start('req');
  });
  afterAll(() => Promise.all(running.map((qnetd) => qnetd.stop())));

  const identity = async (by: TestAuthority, name = 'lab1', now = authority.now): Promise<ProbeIdentity> => {
    const pair = await generateKeys('p256');
    const order = orderFor({ ...by, now }, 'client', pair.publicKey);
    const { pem } = must(await by.issuer.issue(order, by.profile('client')));
    return { clusterName: must(clusterName(name)), certificatePem: pem, privateKeyPem: pair.privateKeyPem };
  };

  it('started with -s req shows its mode and its certificate', async () => {
    const { tls, clientCertificateRequired, certificate, identityAccepted } = must(await probe(required.port));
    expect({ tls, clientCertificateRequired, identityAccepted }).toEqual({
      tls: 'required',
      clientCertificateRequired: true,
      identityAccepted: null,
    });
    const reading = must(readCertificate(certificate ?? Buffer.alloc(0), 'qnetd'));
    expect(commonNameOf(reading.subject)).toBe('Qnetd Server');
    expect(reading.issuer.der).toEqual(must(readCertificate(authority.ca.der, 'ca')).subject.der);
  });

  it('started with -s on shows that a client may stay in plain text', async () => {
    const { port } = await start('on');
    expect(await probe(port)).toMatchObject({ ok: true, value: { tls: 'on', clientCertificateRequired: true } });
  });

  it('started with -s off has no certificate to show', async () => {
    const { port } = await start('off');
    expect(await probe(port)).toMatchObject({
      ok: true,
      value: { tls: 'off', certificate: null, identityAccepted: null },
    });
  });

  it('started with -c off asks for no client certificate, so none is proven', async () => {
    const { port } = await start('req', '-c', 'off');
    const tried = must(await probe(port, { identity: await identity(authority) }));
    expect(tried).toMatchObject({ clientCertificateRequired: false, identityAccepted: null });
  });

  it('accepts a certificate of its CA for its own cluster', async () => {
    const tried = await probe(required.port, { identity: await identity(authority) });
    expect(tried).toMatchObject({ ok: true, value: { identityAccepted: true } });
  });

  it('refuses a certificate of another CA', async () => {
    const tried = await probe(required.port, { identity: await identity(foreign) });
    expect(tried).toMatchObject({ ok: true, value: { identityAccepted: false } });
  });

  it('refuses the certificate of another cluster', async () => {
    const tried = await probe(required.port, { identity: await identity(authority, 'lab2') });
    expect(tried).toMatchObject({ ok: true, value: { identityAccepted: false } });
  });

  it('is not disturbed: no probe makes a cluster or stays connected', async () => {
    const tried = await identity(authority);
    for (let i = 0; i < 10; i += 1) await probe(required.port, i % 2 === 0 ? {} : { identity: tried });
    await expect.poll(() => required.tool('-s'), { timeout: 3_000 }).toMatch(/Connected clients:\s+0\s/);
    expect(required.tool('-s')).toMatch(/Connected clusters:\s+0\s/);
    expect(required.tool('-l').trim()).toBe('');
  });

  it('is probed within its deadline', async () => {
    const start = performance.now();
    await probe(required.port);
    expect(performance.now() - start).toBeLessThan(4_000);
  });

  it('never sees a private key that is none', async () => {
    const broken = { ...(await identity(authority)), privateKeyPem: new Secret('not a key') };
    const tried = await probe(required.port, { identity: broken });
    expect(tried.ok).toBe(false);
    expect(JSON.stringify(tried)).not.toContain('not a key');
  });
});
