import { quoted, visible } from './quoting.ts';

declare const builtFromBits: unique symbol;

/** A remote command as its argument vector. `command` is its only maker. */
export interface Command {
  readonly bits: readonly string[];
  readonly [builtFromBits]: true;
}

/** A bare program name: no path, no leading `-`, nothing that `sudo` or the shell would take for `NAME=value`. */
const PROGRAM = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/;

/**
 * A remote command: the program's name and its arguments, each exactly one argument on the host.
 *
 * Arguments are public: every user of the host can read them in `/proc`. A `Secret` is therefore no bit; it goes in by
 * `stdin` or a script's payload, and handing one here is a type error and throws.
 *
 * @throws TypeError when there is no plain program name, or a bit is no string that an argument can carry.
 */
export const command = (...bits: readonly string[]): Command => {
  const [program] = bits;
  bits.forEach(quoted);
  if (program === undefined || !PROGRAM.test(program)) throw new TypeError('a command begins with a program name');
  return { bits: Object.freeze([...bits]) } as Command;
};

/** The command for a transcript: quoted as a shell would need it, with invisible characters spelt out. */
export const shown = ({ bits }: Command): string => visible(bits.map(quoted).join(' '));

/** After the polite signal at its deadline a command has this long to leave in good order before it is killed. */
export const GRACE_SECONDS = 5;

export interface Manner {
  /** How long the host itself lets the command run. */
  readonly timeoutMs: number;
  /** Through `sudo -n`, for a login other than root. */
  readonly sudo: boolean;
}

/**
 * The line that the login shell on the host receives.
 *
 * - `LC_ALL=C`, because strict parsers read the output; sudo keeps `LC_*` (sudoers(5), env_check).
 * - `timeout` (coreutils, essential on Debian) gives the deadline a second guardian beside ours: the host ends the
 *   command even when the connection was lost without a word. A signal over SSH cannot do that: measured on Debian 12,
 *   sshd drops it for root ("session signalling requires privilege separation", OpenSSH 9.2 `session.c`).
 */
export const commandLine = ({ bits }: Command, { timeoutMs, sudo }: Manner): string => {
  // To `timeout`, 0 means for ever.
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
  const wrapped = ['timeout', '-k', `${GRACE_SECONDS}`, `${seconds}`, ...bits];
  return `LC_ALL=C ${[...(sudo ? ['sudo', '-n', '--'] : []), ...wrapped].map(quoted).join(' ')}`;
};
