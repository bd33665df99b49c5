import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Secret } from '../crypto/secret.ts';
import { command, type Command } from './command.ts';
import { quoted } from './quoting.ts';

/** A piece of node-side work: a POSIX shell file, read once. */
export interface Script {
  readonly name: string;
  readonly text: string;
  /** Of `text`, in hexadecimal: which version of the script ran. */
  readonly sha256: string;
}

/**
 * Data for a script, each by the name of the shell variable that holds it: `{ PAYLOAD_CONFIG: text }` is read in the
 * script as `printf '%s' "$PAYLOAD_CONFIG"`. `printf` is built into dash and bash, so nothing of it appears in `/proc`,
 * and the variables are not exported.
 */
export type Payload = Readonly<Record<`PAYLOAD_${string}`, string | Secret>>;

const PAYLOAD_NAME = /^PAYLOAD_[A-Z0-9_]+$/;

/** Reads a script that lies beside its caller: `loadScript(new URL('./probe.sh', import.meta.url))`. */
export const loadScript = (url: URL): Script => {
  const text = readFileSync(url, 'utf8');
  return { name: basename(fileURLToPath(url)), text, sha256: createHash('sha256').update(text).digest('hex') };
};

/** `sh -s -- args`: the arguments are public, the script and its payload follow on standard input. */
export const scriptCommand = (args: readonly string[]): Command => command('sh', '-s', '--', ...args);

const assignment = ([name, value]: [string, string | Secret]): string => {
  if (!PAYLOAD_NAME.test(name)) throw new TypeError('the name of a payload is PAYLOAD_ and capitals');
  return `${name}=${quoted(typeof value === 'string' ? value : value.reveal())}`;
};

/**
 * What is sent to `sh -s` so that the script runs whole or not at all, and not without us.
 *
 * - All or nothing: a shell reads a brace group to its closing brace before it runs any of it (POSIX.1-2024, Shell
 *   Command Language, 2.10), so a stream cut anywhere leaves a syntax error and no effect. The group exits, so the
 *   shell never reads its input again, and the script's own commands read from `/dev/null`.
 * - The payload stands in it as assignments quoted by the one quoting function.
 * - The lifeline: we keep standard input open and send nothing more. When we go away (freeze switch, lost lease, killed
 *   service) sshd closes it, `read` returns, and the script's process group gets SIGTERM, `timeout` included, which
 *   kills what is left after its grace. A script that must not be cut in two says `trap '' TERM` for that stretch.
 *   The outer shell catches SIGTERM only to wait for the script, which runs in a subshell with default traps.
 */
export const scriptInput = (script: Script, payload: Payload = {}): string =>
  [
    '{',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'LC_ALL=C',
    'export PATH LC_ALL',
    ...Object.entries(payload).map(assignment),
    'exec 3<&0 </dev/null',
    '( read -r _ <&3; kill -TERM 0 ) >/dev/null 2>&1 &',
    'umpire_lifeline=$!',
    'trap : TERM',
    '(',
    'exec 3<&-',
    script.text,
    ')',
    'umpire_status=$?',
    'kill "$umpire_lifeline"',
    'exit "$umpire_status"',
    '}',
    '',
  ].join('\n');
