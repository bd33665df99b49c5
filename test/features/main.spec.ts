import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildService, Run, type Build } from './built-service.ts';

const ADMIN = 'an-admin-token-of-this-test-that-is-long-enough';

describe('the service as a process', { timeout: 120_000 }, () => {
  let build: Build;
  let data: string;
  let runs: Run[];

  beforeAll(() => {
    build = buildService();
  }, 120_000);
  afterAll(() => build[Symbol.dispose]());

  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'umpire-main-'));
    runs = [];
  });
  afterEach(async () => {
    for (const run of runs) await run.end('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  });

  const start = (env: Record<string, string> = {}): Run => {
    const run = new Run(build, { UMPIRE_DATA: data, UMPIRE_ADMIN_TOKEN: ADMIN, ...env });
    runs.push(run);
    return run;
  };
  const customers = (url: string, token = ADMIN) => supertest(url).get('/v1/customers').auth(token, { type: 'bearer' });
  const logOf = (run: Run) =>
    run.stderr
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { level: number; msg: string });

  it('prints one line when it is ready, with the port that it really has, and logs JSON on stderr', async () => {
    const run = start();
    const url = await run.listening();
    expect(run.stdout).toBe(`listening on ${url}\n`);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
    await supertest(url).get('/readyz').expect(200);
    await customers(url).expect(200);
    expect(await run.end('SIGTERM')).toBe(0);
    expect(logOf(run).map(({ msg }) => msg)).toContain('GET /v1/customers 200');
    expect(run.stderr).not.toContain(ADMIN);
  });

  it('listens on IPv6, and says so in a form that a browser takes', async () => {
    const url = await start({ UMPIRE_LISTEN: '[::1]:0' }).listening();
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    await supertest(url).get('/healthz').expect(200);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s, and gives everything back', async (signal) => {
    const run = start();
    await run.listening();
    expect(await run.end(signal)).toBe(0);
    expect(readdirSync(data).filter((name) => name.endsWith('-wal'))).toEqual([]);
    const again = start();
    await again.listening();
    expect(await again.end('SIGTERM')).toBe(0);
  });

  it('finishes the request that is under way before it ends', async () => {
    const run = start();
    const url = await run.listening();
    const posting = Array.from({ length: 20 }, (_, index) =>
      supertest(url)
        .post('/v1/customers')
        .auth(ADMIN, { type: 'bearer' })
        .send({ name: `C${index}` }),
    ).map((request) => request.then(({ status }) => status).catch(() => 'refused'));
    await Promise.race(posting);
    const code = await run.end('SIGTERM');
    const outcomes = await Promise.all(posting);
    expect(code).toBe(0);
    expect(outcomes.every((outcome) => outcome === 201 || outcome === 'refused')).toBe(true);
    const acknowledged = outcomes.filter((outcome) => outcome === 201).length;
    const { items } = (await customers(await start().listening()).query({ limit: 500 })).body as { items: object[] };
    expect(items.length).toBeGreaterThanOrEqual(acknowledged);
  });

  it('killed with -9 after an answer, it still knows what it answered (invariants 8 and 24)', async () => {
    const run = start();
    const url = await run.listening();
    const answer = await supertest(url).post('/v1/customers').auth(ADMIN, { type: 'bearer' }).send({ name: 'Kept' });
    expect(await run.end('SIGKILL')).toBe('SIGKILL');
    expect(answer.status).toBe(201);
    const again = await customers(await start().listening()).expect(200);
    expect(again.body).toMatchObject({ items: [answer.body] });
  });

  it('tells every problem of its configuration, one on a line, and ends with 78', async () => {
    const run = start({ UMPIRE_LISTEN: 'nowhere', UMPIRE_ADMIN_TOKEN: 'short-secret', UMPIRE_ROLE: 'boss' });
    expect(await run.ended).toBe(78);
    const lines = run.stderr
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(lines.sort()).toEqual(['UMPIRE_ADMIN_TOKEN', 'UMPIRE_LISTEN', 'UMPIRE_ROLE']);
    expect(run.stderr).not.toContain('short-secret');
    expect(run.stdout).toBe('');
    expect(readdirSync(data)).toEqual([]);
  });

  it('does not start beside another on the same data, and ends with 75; a killed one leaves no lock', async () => {
    const first = start();
    const url = await first.listening();
    const second = start();
    expect(await second.ended).toBe(75);
    expect(second.stderr.trim()).toBe(
      `another process of this service already works on the data directory ${data}: stop it first`,
    );
    await customers(url).expect(200);
    await first.end('SIGKILL');
    await start().listening();
  });

  it('does not hang when the port is taken: it says so and ends', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const run = start({ UMPIRE_LISTEN: `127.0.0.1:${port}` });
    expect(await run.ended).toBe(70);
    expect(run.stderr).toContain('EADDRINUSE');
    expect(run.stdout).not.toContain('listening');
    server.close();
  });

  it('makes an admin token when it has none, and tells it once', async () => {
    const first = start({ UMPIRE_ADMIN_TOKEN: '' });
    const url = await first.listening();
    const token = /^admin token, shown this once: (ump_\S+)$/m.exec(first.stdout)?.[1] ?? '';
    await customers(url, token).expect(200);
    await first.end('SIGTERM');
    expect(first.stderr).not.toContain(token);
    const second = start({ UMPIRE_ADMIN_TOKEN: '' });
    await customers(await second.listening(), token).expect(200);
    expect(second.stdout).not.toContain('ump_');
  });

  describe('and its key-encryption key', () => {
    const credential = (url: string) =>
      supertest(url)
        .post('/v1/ssh-credentials')
        .auth(ADMIN, { type: 'bearer' })
        .send({ name: 'n', user: 'root', generate: true });

    it('is made at first boot for the owner alone, with a warning, and read ever after', async () => {
      const first = start();
      await first.listening();
      await first.end('SIGTERM');
      const kek = join(data, 'kek');
      expect(statSync(kek).mode & 0o777).toBe(0o600);
      expect(logOf(first).filter(({ level }) => level === 40)).toEqual([
        expect.objectContaining({ msg: expect.stringContaining(kek) as string }),
      ]);
      const key = readFileSync(kek, 'utf8');
      const second = start();
      await second.listening();
      await second.end('SIGTERM');
      expect(readFileSync(kek, 'utf8')).toBe(key);
      expect(logOf(second).filter(({ level }) => level >= 40)).toEqual([]);
      expect(first.stderr + second.stderr).not.toContain(key.trim());
    });

    it('that others may read is used with a warning', async () => {
      const first = start();
      await first.listening();
      await first.end('SIGTERM');
      chmodSync(join(data, 'kek'), 0o644);
      const second = start();
      await second.listening();
      await second.end('SIGTERM');
      expect(second.stderr).toContain('chmod 600');
    });

    it('that is no key stops the boot with 78', async () => {
      writeFileSync(join(data, 'kek'), 'some-secret-but-no-key', { mode: 0o600 });
      const run = start();
      expect(await run.ended).toBe(78);
      expect(run.stderr).toContain(join(data, 'kek'));
      expect(run.stderr).not.toContain('some-secret');
    });

    it('that is missing is not made anew over secrets that only it opens: 78, and nothing is changed', async () => {
      const first = start();
      await credential(await first.listening()).expect(201);
      await first.end('SIGTERM');
      rmSync(join(data, 'kek'));
      const second = start();
      expect(await second.ended).toBe(78);
      expect(second.stderr).toContain('is missing');
      expect(existsSync(join(data, 'kek'))).toBe(false);
    });

    it('that is another than the secrets were sealed with stops the boot with 78', async () => {
      const first = start();
      await credential(await first.listening()).expect(201);
      await first.end('SIGTERM');
      writeFileSync(join(data, 'kek'), Buffer.alloc(32, 7).toString('base64'), { mode: 0o600 });
      const second = start();
      expect(await second.ended).toBe(78);
      expect(second.stderr).toContain('another key');
    });
  });
});
