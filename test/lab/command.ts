import { spawn } from 'node:child_process';

/** What a finished process left behind. `exitCode` is 128 + n where signal n ended it, as in a shell. */
export interface Output {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** Written to the standard input, which is empty otherwise. */
  input?: string | Uint8Array;
  /** After this many milliseconds the whole process group is killed and the command fails. Default: two minutes. */
  timeoutMs?: number;
  /** Return the output of a failed command instead of throwing. A timeout always throws. */
  allowFailure?: boolean;
  env?: NodeJS.ProcessEnv;
}

/** A command ended with another exit code than 0, or not in time. */
export class CommandFailed extends Error {
  readonly output: Output;

  constructor(what: string, argv: readonly string[], output: Output) {
    super(`${what}: ${argv.join(' ')}\n${output.stderr || output.stdout}`.trimEnd());
    this.name = 'CommandFailed';
    this.output = output;
  }
}

const SIGNAL_NUMBERS: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/**
 * Runs a program of this machine to its end.
 * @returns exit code and output
 * @throws CommandFailed when it fails (unless `allowFailure`) or does not end in time
 */
export function command(argv: readonly string[], options: CommandOptions = {}): Promise<Output> {
  const [program = '', ...args] = argv;
  const timeoutMs = options.timeoutMs ?? 120_000;
  return new Promise((resolve, reject) => {
    // A process group of its own, so that a timeout reaches what the program started as well.
    const child = spawn(program, args, { detached: true, env: options.env ?? process.env });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child.pid);
    }, timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => undefined); // the program may end without reading all of its input
    child.stdin.end(options.input);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const exitCode = code ?? 128 + ((signal && SIGNAL_NUMBERS[signal]) ?? 0);
      const output = { exitCode, stdout: text(stdout), stderr: text(stderr) };
      if (late) reject(new CommandFailed(`not done after ${timeoutMs} ms`, argv, output));
      else if (exitCode !== 0 && !options.allowFailure) reject(new CommandFailed(`exit ${exitCode}`, argv, output));
      else resolve(output);
    });
  });
}

/** Kills the process group that `pid` leads; does nothing where it is gone already. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // already gone
  }
}

function text(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}
