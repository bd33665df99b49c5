import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/platform/crypto/secret.ts';
import { command, commandLine, shown } from '../../../src/platform/ssh/command.ts';
import { quoted, visible } from '../../../src/platform/ssh/quoting.ts';

const withoutNul = fc.string({ unit: 'binary', maxLength: 24 }).filter((text) => !text.includes('\0'));
/** What has a meaning to a shell comes far more often than chance would bring it. */
const shellish = fc.string({
  unit: fc.constantFrom(...'\'"`$\\!*?[]{}()<>|&;#~^=%+-, \t\r\n\u00a0éa0'),
  maxLength: 24,
});
const anything = fc.oneof(
  withoutNul,
  shellish,
  fc.constantFrom('', '-n', '--', '-e', '\\c', '%s', '*', '~', '\n', "'"),
);

/** Lets the shell print its words with a NUL after each, and splits them again. */
const throughShell = (shell: string, words: readonly string[]): string[] => {
  const { stdout } = spawnSync(shell, ['-c', `printf '%s\\0' ${words.map(quoted).join(' ')}`], { encoding: 'buffer' });
  return stdout.toString('utf8').split('\0').slice(0, -1);
};

describe('a quoted string', () => {
  it.each(['sh', 'bash'])(
    'comes out of a real %s byte for byte, 100,000 times',
    (shell) => {
      const words = fc.sample(anything, 100_000);
      for (let from = 0; from < words.length; from += 1_000) {
        const batch = words.slice(from, from + 1_000);
        expect(throughShell(shell, batch)).toEqual(batch);
      }
    },
    60_000,
  );

  it('survives being quoted twice, as it is behind `sh -c`', () => {
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 40 }), (words) => {
        const inner = `printf '%s\\0' ${words.map(quoted).join(' ')}`;
        const { stdout } = spawnSync('sh', ['-c', `sh -c ${quoted(inner)}`], { encoding: 'buffer' });
        expect(stdout.toString('utf8').split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 50 },
    );
  });

  it.each(['\0', 'a\0b', 'a\0', '\ud800', 'x\udc00y'])('is refused when no argument can carry it: %j', (text) => {
    expect(() => quoted(text)).toThrow(TypeError);
    expect(() => command('cat', text)).toThrow(TypeError);
  });

  it('stays as it is only when it is one plain word', () => {
    expect(quoted('/etc/corosync/corosync.conf')).toBe('/etc/corosync/corosync.conf');
    expect(quoted('')).toBe("''");
    expect(quoted('a=b')).toBe("'a=b'");
    expect(quoted("it's")).toBe(String.raw`'it'\''s'`);
  });
});

describe('a command', () => {
  it('is built from bits that stay separate arguments', () => {
    expect(command('corosync-quorumtool', '-s').bits).toEqual(['corosync-quorumtool', '-s']);
    expect(shown(command('cat', 'a b', '; reboot'))).toBe(`cat 'a b' '; reboot'`);
  });

  it.each([[], [''], ['-s'], ['PATH=/tmp'], ['/bin/sh'], ['../sh'], ['a b'], ['$x'], ['ls;reboot'], ['ls\n']])(
    'needs a bare program name: %j',
    (...bits) => {
      expect(() => command(...bits)).toThrow(TypeError);
    },
  );

  it('takes no secret for an argument (invariant 16)', () => {
    const secret = new Secret('hunter2hunter2');
    // @ts-expect-error a Secret is no string
    expect(() => command('echo', secret)).toThrow(TypeError);
  });

  it('cannot be changed afterwards', () => {
    const bits = ['cat', '/etc/hosts'];
    const built = command(...bits);
    bits[1] = '/etc/shadow';
    expect(built.bits).toEqual(['cat', '/etc/hosts']);
    expect(Object.isFrozen(built.bits)).toBe(true);
  });

  it('is shown without anything that would move a cursor, forge a line or turn the writing', () => {
    const text = shown(command('echo', 'a\u001b[2Jb\nc\u202ed\u2028e\u009bf\u200b'));
    expect(text).toBe(String.raw`echo 'a\u{1b}[2Jb\u{a}c\u{202e}d\u{2028}e\u{9b}f\u{200b}'`);
    expect(visible('naïve 日本 ✓')).toBe('naïve 日本 ✓');
  });
});

describe('the line for the login shell', () => {
  const look = command('corosync-quorumtool', '-s');

  it('lets the host keep the deadline too (invariant 28)', () => {
    expect(commandLine(look, { timeoutMs: 10_000, sudo: false })).toBe(
      'LC_ALL=C timeout -k 5 10 corosync-quorumtool -s',
    );
  });

  it('goes through sudo without a prompt, with the deadline inside, where it can still signal root’s processes', () => {
    expect(commandLine(look, { timeoutMs: 1_500, sudo: true })).toBe(
      'LC_ALL=C sudo -n -- timeout -k 5 2 corosync-quorumtool -s',
    );
  });

  it.each([0, 1, 999, -5])('never asks for the endless deadline that `timeout 0` means: %d ms', (timeoutMs) => {
    expect(commandLine(look, { timeoutMs, sudo: false })).toContain('timeout -k 5 1 ');
  });

  it('ends a program that outlives its deadline', () => {
    const line = commandLine(command('sleep', '30'), { timeoutMs: 1_000, sudo: false });
    const begun = performance.now();
    const { status } = spawnSync('sh', ['-c', line]);
    expect(status).toBe(124);
    expect(performance.now() - begun).toBeLessThan(3_000);
  });

  it('makes the tools speak the language that the parsers read', () => {
    const line = commandLine(command('printenv', 'LC_ALL'), { timeoutMs: 1_000, sudo: false });
    const { stdout } = spawnSync('sh', ['-c', line], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'de_DE.UTF-8' },
    });
    expect(stdout).toBe('C\n');
  });
});
