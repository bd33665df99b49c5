import type { Connection, ServerChannel } from 'ssh2';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { userName } from '../../../src/core/names.ts';
import { command } from '../../../src/platform/ssh/command.ts';
import { Ssh2Connector } from '../../../src/platform/ssh/ssh2-connector.ts';
import type { RunOptions } from '../../../src/platform/ssh/ssh.ts';
import { flood, HostileServer, type Misdeed } from './hostile-server.ts';
import { failing, recorder, standingClock, type Failing } from './recording.ts';
import { valid } from './sshd.ts';

const ssh = new Ssh2Connector(standingClock);
const DEADLINE = { deadlineMs: 3_000 };
const look = command('corosync-quorumtool', '-s');

/** Logs in to a server with this answer to commands, and expects the command to fail. */
const failingCommand = async (onCommand: Misdeed | undefined, options: RunOptions): Promise<Failing> => {
  await using server = await HostileServer.start(onCommand === undefined ? {} : { onCommand });
  const connection = await ssh.connect(server.target, DEADLINE);
  const outcome = await failing(connection.run(look, options));
  expect(connection.isOpen).toBe(false);
  return outcome;
};

const drip = (channel: ServerChannel): void => {
  const timer = setInterval(() => channel.write('.'), 20);
  channel.on('close', () => clearInterval(timer));
};

describe('a hostile command (invariant 28)', () => {
  it('that prints without end is cut off at its cap', async () => {
    const { code, tookMs } = await failingCommand((channel) => flood(channel), {
      timeoutMs: 10_000,
      maxOutputBytes: 100_000,
    });
    expect(code).toBe('ssh_output_too_large');
    expect(tookMs).toBeLessThan(2_000);
  });

  it('that prints errors without end is cut off at the same cap', async () => {
    const { code } = await failingCommand((channel) => flood(channel.stderr), {
      timeoutMs: 10_000,
      maxOutputBytes: 100_000,
    });
    expect(code).toBe('ssh_output_too_large');
  });

  it('that prints without end is cut off at 1 MiB when nobody set a cap, and only that much is kept', async () => {
    const { records, onCommand } = recorder();
    await using server = await HostileServer.start({ onCommand: (channel) => flood(channel) });
    const connection = await ssh.connect(server.target, { ...DEADLINE, onCommand });
    expect((await failing(connection.run(look, { timeoutMs: 10_000 }))).code).toBe('ssh_output_too_large');
    expect(records[0]?.stdout.length).toBe(1_048_576);
  });

  it.each([
    ['drips a byte now and then for ever', drip],
    ['never answers', undefined],
    ['tells its exit status, but never closes', (channel: ServerChannel) => channel.exit(0)],
  ])('that %s is given up at its deadline', async (_name, misdeed) => {
    const { code, tookMs } = await failingCommand(misdeed, { timeoutMs: 400 });
    expect(code).toBe('ssh_command_timeout');
    expect(tookMs).toBeGreaterThan(350);
    expect(tookMs).toBeLessThan(1_400);
  });

  it('that never answers is let go at once by the freeze switch (invariant 29)', async () => {
    const { code, tookMs } = await failingCommand(drip, { timeoutMs: 20_000, signal: AbortSignal.timeout(200) });
    expect(code).toBe('ssh_aborted');
    expect(tookMs).toBeLessThan(1_200);
  });

  it.each<[string, Misdeed]>([
    ['closes without an exit status', (channel) => void channel.close()],
    [
      'prints and then closes without an exit status',
      (channel) => void (channel.write('Quorate: Yes\n'), channel.close()),
    ],
  ])('that %s counts for nothing', async (_name, misdeed) => {
    const { code } = await failingCommand(misdeed, { timeoutMs: 2_000 });
    expect(code).toBe('ssh_connection_lost');
  });

  it.each<[string, number]>([
    ['KILL', 137],
    ['TERM', 143],
    ['USR1', 138],
  ])('that reports the end by signal %s is read as exit code %i', async (signal, exitCode) => {
    const onCommand: Misdeed = (channel) => {
      // ssh2's types know neither of the two forms as the driver does.
      (channel.exit as (signal: string, core: boolean, text: string) => void)(signal, false, '');
      channel.end();
    };
    await using server = await HostileServer.start({ onCommand });
    await using connection = await ssh.connect(server.target, DEADLINE);
    expect((await connection.run(look, { timeoutMs: 2_000 })).exitCode).toBe(exitCode);
  });

  it.each<[string, string]>([
    ['', 'to the last word'],
    ['Quorate: Yes\n', 'to the last word'],
    ['Quorate: Yes\n', ''],
  ])('that prints %j and %j and ends in the same breath loses nothing, 300 times', async (out, err) => {
    const onCommand: Misdeed = (channel) => {
      channel.write(out);
      channel.stderr.write(err);
      channel.exit(1);
      channel.end();
    };
    await using server = await HostileServer.start({ onCommand });
    await using connection = await ssh.connect(server.target, DEADLINE);
    for (let round = 0; round < 300; round += 1) {
      const { stdout, stderr } = await connection.run(look, { timeoutMs: 2_000 });
      expect([stdout, stderr]).toEqual([out, err]);
    }
  });

  it('that prints bytes which are no text comes out as U+FFFD, which no parser takes', async () => {
    const onCommand: Misdeed = (channel) => {
      channel.write(Buffer.from([0x51, 0xff, 0xfe, 0x00, 0x0a]));
      channel.exit(0);
      channel.end();
    };
    await using server = await HostileServer.start({ onCommand });
    await using connection = await ssh.connect(server.target, DEADLINE);
    expect((await connection.run(look, { timeoutMs: 2_000 })).stdout).toBe('Q\ufffd\ufffd\0\n');
  });
});

describe('a hostile connection', () => {
  it('that is cut in the middle of a command fails that command and all others on it, and says so', async () => {
    await using server = await HostileServer.start({
      onLogin: (login) => void setTimeout(() => login.end(), 200),
    });
    const connection = await ssh.connect(server.target, DEADLINE);
    const all = await Promise.all([1, 2, 3].map(() => failing(connection.run(look, { timeoutMs: 5_000 }))));
    expect(all.map(({ code }) => code)).toEqual(['ssh_connection_lost', 'ssh_connection_lost', 'ssh_connection_lost']);
    expect(Math.max(...all.map(({ tookMs }) => tookMs))).toBeLessThan(1_000);
    expect(connection.isOpen).toBe(false);
    await connection.close();
  });

  it('that is cut between the exit status and the end of the output counts as lost', async () => {
    let login: Connection | undefined;
    const onCommand: Misdeed = (channel) => {
      channel.write('Quorate: Yes\n');
      channel.exit(0);
      setTimeout(() => login?.end(), 100);
    };
    await using server = await HostileServer.start({ onCommand, onLogin: (connection) => (login = connection) });
    const connection = await ssh.connect(server.target, DEADLINE);
    expect((await failing(connection.run(look, { timeoutMs: 2_000 }))).code).toBe('ssh_connection_lost');
  });

  it('that does not say goodbye is closed within a second all the same', async () => {
    await using server = await HostileServer.start({});
    const connection = await ssh.connect(server.target, DEADLINE);
    server.fallSilent();
    const begun = performance.now();
    await connection.close();
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(connection.isOpen).toBe(false);
  });
});

describe('a silent connection', () => {
  afterEach(() => vi.useRealTimers());

  it('is found dead after 15 seconds without an answer, though nobody asked anything of it (invariant 28)', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using server = await HostileServer.start({});
    const connection = await ssh.connect(server.target, DEADLINE);
    server.fallSilent();
    vi.advanceTimersByTime(14_000);
    expect(connection.isOpen).toBe(true);
    vi.advanceTimersByTime(2_000);
    expect(connection.isOpen).toBe(false);
    expect((await failing(connection.run(look, { timeoutMs: 1_000 }))).code).toBe('ssh_connection_lost');
  });

  it('stays open for as long as the host answers', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using server = await HostileServer.start({});
    await using connection = await ssh.connect(server.target, DEADLINE);
    for (let round = 0; round < 8; round += 1) {
      vi.advanceTimersByTime(5_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(connection.isOpen).toBe(true);
  });
});

describe('a sudoer', () => {
  const asSudoer = async (stderr: string, exitCode: number) => {
    const onCommand: Misdeed = (channel) => {
      channel.stderr.write(stderr);
      channel.exit(exitCode);
      channel.end();
    };
    const server = await HostileServer.start({ onCommand });
    const connection = await ssh.connect({ ...server.target, user: valid(userName('operator')) }, DEADLINE);
    return { server, connection };
  };

  it('works as root through sudo, which must not ask for a password', async () => {
    const { server, connection } = await asSudoer('', 0);
    await connection.run(look, { timeoutMs: 2_000, asRoot: true });
    await connection.run(look, { timeoutMs: 2_000 });
    await connection.script({ name: 'x.sh', text: 'true', sha256: '' }, ['a b'], { timeoutMs: 2_000 });
    expect(server.lines).toEqual([
      'LC_ALL=C sudo -n -- timeout -k 5 2 corosync-quorumtool -s',
      'LC_ALL=C timeout -k 5 2 corosync-quorumtool -s',
      "LC_ALL=C sudo -n -- timeout -k 5 2 sh -s -- 'a b'",
    ]);
    await connection.close();
    await server[Symbol.asyncDispose]();
  });

  it('whom sudo refuses is told so, and keeps the connection', async () => {
    const { server, connection } = await asSudoer('sudo: a password is required\n', 1);
    const { code, failure } = await failing(connection.run(look, { timeoutMs: 2_000, asRoot: true }));
    expect(code).toBe('sudo_refused');
    expect(failure.finding).toMatchObject({ subject: '127.0.0.1', params: { reason: 'sudo: a password is required' } });
    expect(connection.isOpen).toBe(true);
    expect((await connection.run(look, { timeoutMs: 2_000 })).exitCode).toBe(1);
    await connection.close();
    await server[Symbol.asyncDispose]();
  });
});
