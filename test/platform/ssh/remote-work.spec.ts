import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { command } from '../../../src/platform/ssh/command.ts';
import { loadScript, type Script } from '../../../src/platform/ssh/script.ts';
import { Ssh2Connector } from '../../../src/platform/ssh/ssh2-connector.ts';
import type { SshConnection } from '../../../src/platform/ssh/ssh.ts';
import { isAlive, isRunning } from './processes.ts';
import { eventually, failing, NOON, standingClock } from './recording.ts';
import { Sshd } from './sshd.ts';

const ssh = new Ssh2Connector(standingClock);
const echoArguments = loadScript(new URL('./scripts/echo-arguments.sh', import.meta.url));
const linger = loadScript(new URL('./scripts/linger.sh', import.meta.url));
const scriptOf = (text: string): Script => ({ name: 'inline.sh', text, sha256: 'none' });
const DEADLINE = { deadlineMs: 5_000 };
const SOON = { timeoutMs: 5_000 };

let sshd: Sshd;
let directory: string;
beforeAll(async () => {
  sshd = await Sshd.start();
  directory = mkdtempSync(join(tmpdir(), 'umpire-ssh-'));
});
afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

const connect = (): Promise<SshConnection> => ssh.connect(sshd.target, DEADLINE);

describe('a command on a real sshd', () => {
  it('brings back its exit code, both streams and its time', async () => {
    await using connection = await connect();
    const done = await connection.run(command('ls', '/etc/hostname', '/no/such file'), SOON);
    expect(done).toMatchObject({ exitCode: 2, stdout: '/etc/hostname\n', startedAt: NOON });
    expect(done.stderr).toContain("'/no/such file'");
    expect(done.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('gets its arguments byte for byte through sshd and the login shell', async () => {
    await using connection = await connect();
    const nasty = [
      '',
      ' ',
      "'",
      '"',
      '$(reboot)',
      '`id`',
      '\\',
      'a\nb',
      '*',
      '~',
      '; exit 1',
      '\u001b[2J',
      'é日本🗳',
      '-n',
    ];
    const { stdout } = await connection.run(command('printf', '%s\\0', ...nasty), SOON);
    expect(stdout.split('\0').slice(0, -1)).toEqual(nasty);
  });

  it('reads what it is given, of any size, and an empty input otherwise', async () => {
    await using connection = await connect();
    const text = 'line\n'.repeat(200_000);
    const options = { ...SOON, maxOutputBytes: 2_000_000 };
    expect((await connection.run(command('cat'), { ...options, stdin: text })).stdout).toBe(text);
    expect((await connection.run(command('cat'), { ...options, stdin: new Secret('hush') })).stdout).toBe('hush');
    expect((await connection.run(command('cat'), options)).stdout).toBe('');
  });

  it('shares its connection with others at the same time', async () => {
    await using connection = await connect();
    const numbers = ['1', '2', '3', '4', '5', '6', '7', '8'];
    const all = await Promise.all(numbers.map((number) => connection.run(command('echo', number), SOON)));
    expect(all.map(({ stdout }) => stdout.trim())).toEqual(numbers);
  });

  it('has the exit code 128 + signal when a signal ended it, and 127 when there is no such program', async () => {
    await using connection = await connect();
    const killed = scriptOf('kill -KILL "$(sh -c \'echo "$PPID"\')"');
    expect((await connection.script(killed, [], SOON)).exitCode).toBe(137);
    expect((await connection.run(command('no-such-program'), SOON)).exitCode).toBe(127);
  });

  it('is given up at its deadline, ends the connection, and is ended by the host too (invariant 28)', async () => {
    const connection = await connect();
    const { code, tookMs } = await failing(connection.run(command('sleep', '98.7654'), { timeoutMs: 300 }));
    expect(code).toBe('ssh_command_timeout');
    expect(tookMs).toBeLessThan(600);
    expect(connection.isOpen).toBe(false);
    expect((await failing(connection.run(command('true'), SOON))).code).toBe('ssh_connection_lost');
    expect(await eventually(() => !isRunning('98.7654'), 3_000)).toBe(true);
  });

  it('is let go within a second of the freeze switch (invariant 29)', async () => {
    const connection = await connect();
    const freeze = new AbortController();
    const work = failing(connection.run(command('sleep', '30'), { timeoutMs: 30_000, signal: freeze.signal }));
    setTimeout(() => freeze.abort(), 200);
    const { code, tookMs } = await work;
    expect(code).toBe('ssh_aborted');
    expect(tookMs).toBeLessThan(1_200);
    expect(connection.isOpen).toBe(false);
  });

  it('never begins when the freeze switch is already thrown', async () => {
    await using connection = await connect();
    const file = join(directory, 'never');
    const work = connection.run(command('touch', file), { ...SOON, signal: AbortSignal.abort() });
    expect((await failing(work)).code).toBe('ssh_aborted');
    expect(existsSync(file)).toBe(false);
  });

  it('is refused, with the connection kept, when sshd opens no further session', async () => {
    await using strict = await Sshd.start(['ed25519'], ['MaxSessions 1']);
    await using connection = await ssh.connect(strict.target, DEADLINE);
    const first = connection.run(command('sleep', '1'), SOON);
    expect((await failing(connection.run(command('true'), SOON))).code).toBe('ssh_command_refused');
    expect((await first).exitCode).toBe(0);
    expect(connection.isOpen).toBe(true);
  });
});

describe('a script on a real sshd', () => {
  it('gets arguments and payload, and brings back its exit code', async () => {
    await using connection = await connect();
    const payload = { PAYLOAD_TEXT: "quorum {\n\tprovider: 'x'\n}\n" };
    const done = await connection.script(echoArguments, ['a b', '$x'], { ...SOON, payload });
    expect(done.exitCode).toBe(7);
    expect(done.stdout).toBe(
      `argument=a b\nargument=$x\npayload=quorum {\n\tprovider: 'x'\n}\n\nuser=${process.getuid?.()}\ninput ends\n`,
    );
  });

  it('is ended on the host within a second of the freeze switch, children included (invariants 11 and 29)', async () => {
    const connection = await connect();
    const file = join(directory, 'frozen');
    const freeze = new AbortController();
    const work = failing(connection.script(linger, [file], { timeoutMs: 30_000, signal: freeze.signal }));
    expect(await eventually(() => existsSync(file), 5_000)).toBe(true);
    const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
    expect(pids.map(isAlive)).toEqual([true, true]);
    freeze.abort();
    expect((await work).code).toBe('ssh_aborted');
    expect(await eventually(() => !pids.some(isAlive), 1_000)).toBe(true);
    expect(existsSync(`${file}.finished`)).toBe(false);
  });
});
