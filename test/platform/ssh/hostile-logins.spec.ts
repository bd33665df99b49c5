import { describe, expect, it } from 'vitest';
import { hostAddress } from '../../../src/core/names.ts';
import { Ssh2Connector } from '../../../src/platform/ssh/ssh2-connector.ts';
import type { SshTarget } from '../../../src/platform/ssh/ssh.ts';
import { flood, HostileServer, StrangeListener, type Malice } from './hostile-server.ts';
import { generateSshKey } from '../../../src/platform/crypto/ssh-keys.ts';
import { parsedPrivateKey } from '../../../src/platform/ssh/user-key.ts';
import { eventually, failing, standingClock, type Failing } from './recording.ts';
import { freePort, LOOPBACK, valid } from './sshd.ts';

const ssh = new Ssh2Connector(standingClock);
const DEADLINE = { deadlineMs: 3_000 };

const failingLogin = async (malice: Malice, change: Partial<SshTarget> = {}, deadlineMs = 3_000): Promise<Failing> => {
  await using server = await HostileServer.start(malice);
  return await failing(ssh.connect({ ...server.target, ...change }, { deadlineMs }));
};

describe('a hostile login', () => {
  it('with another host key sees no byte of authentication, even with the very key that is trusted elsewhere', async () => {
    await using trusted = await HostileServer.start({});
    await using impostor = await HostileServer.start({});
    const target = { ...impostor.target, hostKey: trusted.target.hostKey };
    expect((await failing(ssh.connect(target, DEADLINE))).code).toBe('host_key_mismatch');
    expect(await eventually(() => impostor.isDeserted, 2_000)).toBe(true);
    expect(impostor.inbound.length).toBeGreaterThan(0);
    expect(impostor.sawAuthentication).toBe(false);
    await (await ssh.connect(trusted.target, DEADLINE)).close();
    expect(trusted.sawAuthentication).toBe(true);
  });

  it('whose server shows the pinned key without holding its private half sees no byte of authentication', async () => {
    await using genuine = await HostileServer.start({});
    const stolen = genuine.publicHostKey;
    const own = parsedPrivateKey((await generateSshKey('test')).privateKey);
    if (own === undefined) throw new Error('no key');
    own.getPublicSSH = () => stolen;
    await using impostor = await HostileServer.start({
      settings: { hostKeys: [{ key: own as never, passphrase: '' }] },
    });
    const target = { ...genuine.target, port: impostor.target.port };
    expect((await failing(ssh.connect(target, DEADLINE))).code).toBe('ssh_protocol_error');
    expect(await eventually(() => impostor.isDeserted, 2_000)).toBe(true);
    expect(impostor.inbound.length).toBeGreaterThan(0);
    expect(impostor.sawAuthentication).toBe(false);
  });

  it('only to be shown the key sees no byte of authentication either', async () => {
    await using server = await HostileServer.start({});
    const { port, hostKey } = server.target;
    expect(await ssh.readHostKey(LOOPBACK, port, DEADLINE)).toEqual({ fingerprint: hostKey, keyType: 'ssh-ed25519' });
    expect(await eventually(() => server.isDeserted, 2_000)).toBe(true);
    expect(server.inbound.length).toBeGreaterThan(0);
    expect(server.sawAuthentication).toBe(false);
  });

  it('that lets nobody in fails as refused authentication', async () => {
    expect((await failingLogin({ refusesLogin: true })).code).toBe('ssh_authentication_failed');
  });

  it('with a banner too large for any packet is no SSH', async () => {
    const banner = 'Authorised use only.\r\n'.repeat(50_000);
    await using server = await HostileServer.start({ settings: { banner } });
    const { code, tookMs } = await failing(ssh.connect(server.target, DEADLINE));
    expect(code).toBe('ssh_protocol_error');
    expect(tookMs).toBeLessThan(3_500);
  });

  it('that offers only what is broken (SHA-1, CBC) comes to no agreement', async () => {
    const algorithms = { kex: ['diffie-hellman-group14-sha1' as const], cipher: ['aes128-cbc' as const] };
    expect((await failingLogin({ settings: { algorithms } })).code).toBe('ssh_protocol_error');
  });
});

describe('what is no SSH server at all', () => {
  const dialling = async (port: number, deadlineMs: number, signal?: AbortSignal): Promise<Failing> => {
    await using example = await HostileServer.start({});
    return await failing(ssh.connect({ ...example.target, port }, { deadlineMs, signal }));
  };

  it('a black hole that accepts TCP and says nothing is given up at the deadline (invariant 28)', async () => {
    await using hole = await StrangeListener.start(() => undefined);
    const { code, tookMs } = await dialling(hole.port, 400);
    expect(code).toBe('ssh_connect_timeout');
    expect(tookMs).toBeLessThan(1_400);
    expect((await failing(ssh.readHostKey(LOOPBACK, hole.port, { deadlineMs: 300 }))).code).toBe('ssh_connect_timeout');
  });

  it('a black hole is left within a second of the freeze switch (invariant 29)', async () => {
    await using hole = await StrangeListener.start(() => undefined);
    const { code, tookMs } = await dialling(hole.port, 30_000, AbortSignal.timeout(200));
    expect(code).toBe('ssh_aborted');
    expect(tookMs).toBeLessThan(1_200);
  });

  it('a line of greeting without end is given up long before it fills the memory', async () => {
    await using babbler = await StrangeListener.start((socket) => flood(socket));
    const { code, tookMs } = await dialling(babbler.port, 3_000);
    expect(code).toBe('ssh_protocol_error');
    expect(tookMs).toBeLessThan(3_500);
  });

  it('lines of greeting without end are given up as well', async () => {
    await using babbler = await StrangeListener.start(
      (socket) => void setInterval(() => socket.write('hello\r\n'), 1).unref(),
    );
    const { code } = await dialling(babbler.port, 500);
    expect(['ssh_connect_timeout', 'ssh_protocol_error']).toContain(code);
  });

  it('a web server is told from an SSH server, and learns nothing but our version', async () => {
    await using web = await StrangeListener.start((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect((await dialling(web.port, 2_000)).code).toBe('ssh_connection_lost');
    expect(Buffer.concat(web.received).toString('latin1')).toMatch(/^SSH-2\.0-umpire\r\n/);
  });

  it('one that hangs up at once is a lost connection', async () => {
    await using shy = await StrangeListener.start((socket) => void socket.destroy());
    expect((await dialling(shy.port, 2_000)).code).toBe('ssh_connection_lost');
  });

  it('a closed port is a refused connection, and a name that does not exist is unreachable', async () => {
    expect((await dialling(await freePort(), 2_000)).code).toBe('ssh_connection_refused');
    const nowhere = valid(hostAddress('no-such-host.invalid'));
    const { code } = await failingLogin({}, { address: nowhere }, 5_000);
    expect(code).toBe('ssh_unreachable');
  });
});

describe('what a hostile server says about itself', () => {
  it('is kept short and harmless in the finding', async () => {
    await using liar = await StrangeListener.start(
      (socket) => void socket.end(`SSH-1.0-\u001b[2J${'x'.repeat(5_000)}\r\n`),
    );
    await using example = await HostileServer.start({});
    const { failure } = await failing(ssh.connect({ ...example.target, port: liar.port }, DEADLINE));
    const reason = String(failure.finding.params.reason ?? '');
    expect(reason).not.toContain('\u001b');
    expect(reason.length).toBeLessThan(400);
  });
});
