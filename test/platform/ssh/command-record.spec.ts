import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { command } from '../../../src/platform/ssh/command.ts';
import { loadScript, type Script } from '../../../src/platform/ssh/script.ts';
import { Ssh2Connector } from '../../../src/platform/ssh/ssh2-connector.ts';
import { failing, NOON, recorder, standingClock } from './recording.ts';
import { Sshd } from './sshd.ts';

const ssh = new Ssh2Connector(standingClock);
const echoArguments = loadScript(new URL('./scripts/echo-arguments.sh', import.meta.url));
const scriptOf = (text: string): Script => ({ name: 'inline.sh', text, sha256: 'none' });
const DEADLINE = { deadlineMs: 5_000 };
const SOON = { timeoutMs: 5_000 };

let sshd: Sshd;
beforeAll(async () => {
  sshd = await Sshd.start();
});
afterAll(() => sshd[Symbol.asyncDispose]());

describe('the transcript', () => {
  it('holds every command with what it printed', async () => {
    const { records, onCommand } = recorder();
    await using connection = await ssh.connect(sshd.target, { ...DEADLINE, onCommand });
    await connection.run(command('echo', 'a b'), SOON);
    await connection.script(echoArguments, ['x y'], SOON);
    expect(records[0]).toEqual({
      host: '127.0.0.1',
      shown: "echo 'a b'",
      asRoot: false,
      exitCode: 0,
      stdout: 'a b\n',
      stderr: '',
      startedAt: NOON,
      durationMs: records[0]?.durationMs,
    });
    expect(records[1]).toMatchObject({
      shown: "echo-arguments.sh 'x y'",
      asRoot: true,
      scriptSha256: echoArguments.sha256,
      exitCode: 7,
    });
  });

  it('never shows a secret: not the login’s key, not a payload, not what was given besides', async () => {
    const { records, onCommand } = recorder();
    const besides = new Secret('besides-the-rest');
    const input = new Secret('given-on-stdin');
    const payload = { PAYLOAD_TEXT: new Secret('first long line\nsecond long line\n') };
    await using connection = await ssh.connect(sshd.target, { ...DEADLINE, onCommand, secrets: [besides] });
    const done = await connection.run(command('cat'), { ...SOON, stdin: input });
    await connection.run(command('cat'), { ...SOON, stdin: sshd.target.privateKey.reveal() });
    await connection.run(command('echo', besides.reveal()), SOON);
    await connection.script(scriptOf('printf "%s" "$PAYLOAD_TEXT"; printf "%s" "$PAYLOAD_TEXT" | head -n1 >&2'), [], {
      ...SOON,
      payload,
    });
    expect(done.stdout).toBe('given-on-stdin');
    expect(records.map(({ stdout }) => stdout)).toEqual(['[secret]', '[secret]', '[secret]\n', '[secret]']);
    expect(records[2]?.shown).toBe('echo [secret]');
    expect(records[3]?.stderr).toBe('[secret]\n');
  });

  it('holds a command that failed, with what had arrived until then', async () => {
    const { records, onCommand } = recorder();
    const connection = await ssh.connect(sshd.target, { ...DEADLINE, onCommand });
    await failing(connection.script(scriptOf('echo so far; sleep 30'), [], { timeoutMs: 400 }));
    expect(records).toMatchObject([{ exitCode: null, stdout: 'so far\n', failure: 'ssh_command_timeout' }]);
  });

  it('stops the work when it cannot be written (invariant 22)', async () => {
    const onCommand = (): Promise<void> => Promise.reject(new Error('the disk is full'));
    await using connection = await ssh.connect(sshd.target, { ...DEADLINE, onCommand });
    await expect(connection.run(command('true'), SOON)).rejects.toThrow('the disk is full');
  });
});
