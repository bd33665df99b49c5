import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { loadScript, scriptCommand, scriptInput, type Payload, type Script } from '../../../src/platform/ssh/script.ts';
import { isAlive, processGroup } from './processes.ts';
import { eventually } from './recording.ts';

const echoArguments = loadScript(new URL('./scripts/echo-arguments.sh', import.meta.url));
const linger = loadScript(new URL('./scripts/linger.sh', import.meta.url));
const shielded = loadScript(new URL('./scripts/shielded.sh', import.meta.url));
const scriptOf = (text: string): Script => ({ name: 'inline.sh', text, sha256: '' });

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'umpire-script-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts it as a host does: under its deadline, with an input that stays open behind the script. */
const start = (shell: string, script: Script, args: readonly string[] = [], payload: Payload = {}) => {
  const child = spawn('timeout', ['-k', '5', '20', shell, '-s', '--', ...args]);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.write(scriptInput(script, payload));
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (status) =>
      resolve({ status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    ),
  );
  return { child, ended };
};

const runThrough = (...what: Parameters<typeof start>): Promise<Ended> => start(...what).ended;

describe('a loaded script', () => {
  it('carries its name, its text and the hash that names its version', () => {
    const text = readFileSync(new URL('./scripts/echo-arguments.sh', import.meta.url), 'utf8');
    expect(echoArguments).toEqual({
      name: 'echo-arguments.sh',
      text,
      sha256: createHash('sha256').update(text).digest('hex'),
    });
  });

  it('runs with its arguments behind `--`, so that none can become an option of the shell', () => {
    expect(scriptCommand(['-c', 'reboot']).bits).toEqual(['sh', '-s', '--', '-c', 'reboot']);
  });
});

describe.each(['sh', 'bash'])('a script sent to %s', (shell) => {
  it('sees its arguments and its payload, reads no input, and keeps its exit code', async () => {
    const { stdout, stderr, status } = await runThrough(shell, echoArguments, ['-s', 'a b', "it's $HOME"], {
      PAYLOAD_TEXT: 'totem {\n  version: 2 # `id` $(id) "\\"\n}\n\n',
    });
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      'argument=-s',
      'argument=a b',
      "argument=it's $HOME",
      'payload=totem {',
      '  version: 2 # `id` $(id) "\\"',
      '}',
      '',
      '',
      `user=${process.getuid?.()}`,
      'input ends',
      '',
    ]);
    expect(status).toBe(7);
  });

  it('gets a payload byte for byte, whatever it holds', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 }).filter((candidate) => !candidate.includes('\0'));
    await fc.assert(
      fc.asyncProperty(text, text, async (one, two) => {
        const script = scriptOf(`printf '%s\\0%s\\0' "$PAYLOAD_ONE" "$PAYLOAD_TWO"`);
        const { stdout } = await runThrough(shell, script, [], { PAYLOAD_ONE: one, PAYLOAD_TWO: new Secret(two) });
        expect(stdout.split('\0')).toEqual([one, two, '']);
      }),
      { numRuns: 60 },
    );
  });

  it('gets a payload larger than any argument list or pipe buffer', async () => {
    const config = "line of a configuration 'quoted'\n".repeat(30_000);
    const { stdout } = await runThrough(shell, scriptOf(`printf '%s' "$PAYLOAD_CONFIG" | sha256sum`), [], {
      PAYLOAD_CONFIG: config,
    });
    expect(stdout).toBe(`${createHash('sha256').update(config).digest('hex')}  -\n`);
  });

  it('runs whole or not at all: cut at any byte, the stream has no effect', async () => {
    const trace = join(directory, `trace-${shell}`);
    const text = `echo one >>"$1"\necho two >>"$1"`;
    const payload = { PAYLOAD_A: "x'y\n" };
    const input = scriptInput(scriptOf(text), payload);
    const stream = join(directory, `stream-${shell}`);
    writeFileSync(stream, input);
    const cuts = `cut=0; while [ "$cut" -lt ${input.lastIndexOf('}')} ]; do cut=$((cut + 1))
        head -c "$((cut - 1))" ${stream} | timeout 10 ${shell} -s -- ${trace} 2>/dev/null
        if [ -e ${trace} ]; then echo "an effect after $cut bytes"; exit; fi
      done; echo "$cut cuts without effect"`;
    const { stdout } = spawnSync('sh', ['-c', cuts], { encoding: 'utf8' });
    expect(stdout).toBe(`${input.lastIndexOf('}')} cuts without effect\n`);
    await runThrough(shell, scriptOf(text), [trace], payload);
    expect(readFileSync(trace, 'utf8')).toBe('one\ntwo\n');
  }, 60_000);

  it.each([
    ['its last line has no newline', 'exit 3', 3],
    ['it ends in a comment', 'sh -c "exit 4" # and nothing more', 4],
    ['it stops at its first error', 'set -e\nfalse\nexit 5', 1],
    ['it is killed by a signal', 'kill -KILL "$(sh -c \'echo "$PPID"\')"', 137],
    ['it sets a trap for its end', "trap 'exit 6' EXIT\nexit 0", 6],
    ['it ends in a here-document', 'cat >/dev/null <<END\ntext\nEND', 0],
  ])('keeps the exit code when %s', async (_case, text, expected) => {
    expect((await runThrough(shell, scriptOf(text))).status).toBe(expected);
  });
});

describe('the payload', () => {
  it('is in no argument list and no environment (invariant 16)', async () => {
    const secret = 'correct horse battery staple';
    const look = scriptOf(`for file in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do
        printf '%s\\n' "$file"; tr '\\0' '\\n' <"$file"; done 2>/dev/null`);
    const { stdout } = await runThrough('sh', look, ['marker-of-this-test'], { PAYLOAD_KEY: new Secret(secret) });
    expect(stdout).toContain('marker-of-this-test');
    expect(stdout).not.toContain(secret);
  });

  it.each(['config', 'PATH', 'PAYLOAD_', 'PAYLOAD_a', 'PAYLOAD_A=1;reboot', 'PAYLOAD_A\n'])(
    'has no name that could be anything but a payload: %j',
    (name) => {
      expect(() => scriptInput(echoArguments, { [name]: 'x' })).toThrow(TypeError);
    },
  );

  it('with a NUL is refused', () => {
    expect(() => scriptInput(echoArguments, { PAYLOAD_A: 'a\0b' })).toThrow(TypeError);
  });
});

describe('the lifeline', () => {
  it('ends the script and its children within a second of our going away (invariants 11 and 29)', async () => {
    const file = join(directory, 'lifeline');
    const { child, ended } = start('sh', linger, [file]);
    expect(await eventually(() => existsSync(file), 5_000)).toBe(true);
    const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
    expect(pids.map(isAlive)).toEqual([true, true]);
    child.stdin.end();
    expect(await eventually(() => !pids.some(isAlive), 1_000)).toBe(true);
    await ended;
    expect(existsSync(`${file}.finished`)).toBe(false);
  });

  it('lets a shielded stretch come to its end, and soon nothing more', async () => {
    const file = join(directory, 'shielded');
    const { child, ended } = start('sh', shielded, [file]);
    expect(await eventually(() => existsSync(file), 5_000)).toBe(true);
    child.stdin.end();
    await ended;
    expect(readFileSync(file, 'utf8')).toBe('finished\n');
  }, 15_000);

  it('leaves nothing behind when a script ends by itself', async () => {
    const { child, ended } = start('sh', scriptOf('exit 9'), []);
    expect((await ended).status).toBe(9);
    expect(await eventually(() => processGroup(child.pid ?? 0).length === 0, 1_000)).toBe(true);
  });
});
