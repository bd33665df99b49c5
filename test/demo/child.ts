import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Lab } from '../lab/lab.ts';

/** As long as the service itself takes for its shutdown at most, and a little more. */
const END_MS = 25_000;

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
}

/** A Node program in the lab's controller network, which a terminal's Ctrl-C does not reach and which does not outlive us. */
export class Child {
  readonly process: ChildProcess;

  /** @param argv the program's file, and its arguments */
  constructor(lab: Lab, argv: readonly string[], { env = {}, stdio }: ChildOptions) {
    // prctl(2), PR_SET_PDEATHSIG: the signal comes also when we are killed with no chance to end anything.
    const dieWithUs = ['setpriv', '--pdeathsig', 'TERM', '--', process.execPath, ...argv];
    const [program = '', ...args] = lab.network.inController(dieWithUs);
    this.process = spawn(program, args, { stdio, detached: true, env: { PATH: process.env['PATH'], ...env } });
    // What cannot even start ends at once; `ended` tells of it.
    this.process.on('error', () => undefined);
  }

  /** How it ended, in two words or so; null while it runs. */
  get ended(): string | null {
    const { exitCode, signalCode, pid } = this.process;
    if (pid === undefined) return 'never started';
    if (exitCode !== null) return `ended with ${exitCode}`;
    return signalCode === null ? null : `was ended by ${signalCode}`;
  }

  /**
   * Waits until it prints a line like this.
   * @throws Error when it ends before, or not in time
   */
  async says(line: RegExp, withinMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let printed = '';
    const timer = setTimeout(() => reject(new Error(`was not ready in ${withinMs / 1000} s`)), withinMs);
    const onEnd = (): void => reject(new Error(this.ended ?? 'ended'));
    const onData = (chunk: Buffer): void => {
      printed += chunk.toString();
      if (line.test(printed)) resolve();
    };
    this.process.once('exit', onEnd).once('error', onEnd).stdout?.on('data', onData);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      // Goes on reading, so that it never waits for us to take what it prints.
      this.process.off('exit', onEnd).off('error', onEnd).stdout?.off('data', onData).resume();
    }
  }

  /** SIGTERM, and after 25 s SIGKILL; returns when it is gone. */
  async end(): Promise<void> {
    if (this.ended !== null) return;
    const gone = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), END_MS);
    await gone;
    clearTimeout(timer);
  }
}
