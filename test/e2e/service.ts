import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from './client.ts';

const MAIN = new URL('../../dist/src/main.js', import.meta.url).pathname;
const TOKEN = 'an-admin-token-for-tests-only-0123456789';
/** It takes one or two seconds; beside other suites on a busy machine many more. */
const READY_MS = 60_000;

export interface ServiceOptions {
  /** Beside the defaults, which are the embedded ones on a port that is free. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kept when given; made and removed otherwise. */
  readonly dataDirectory?: string;
  /** Another program than the service's own, which starts the service in its own way. */
  readonly main?: string;
  /** Hears what such a program reports over its channel; see `tell`. */
  readonly listener?: (report: unknown) => void;
}

/** The built service as a process of its own, as `npm start` runs it, on a data directory that outlives its death. */
export class Service {
  readonly client: Client;
  readonly #options: ServiceOptions;
  readonly #directory: string;
  readonly #port: number;
  #process: ChildProcess | null;
  #log = '';

  private constructor(options: ServiceOptions, directory: string, port: number, process: ChildProcess) {
    this.#options = options;
    this.#directory = directory;
    this.#port = port;
    this.#process = process;
    this.client = new Client(`http://127.0.0.1:${port}`, TOKEN);
    this.#keepLog(process);
  }

  static async start(options: ServiceOptions = {}): Promise<Service> {
    const directory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'umpire-service-')));
    const process = launch(options, directory, 0);
    const port = await listeningPort(process);
    return new Service(options, directory, port, process);
  }

  /** Everything that it has logged, of all its lives. */
  get log(): string {
    return this.#log;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Sends an order to a program that was started with a listener; a dead one hears nothing. */
  tell(order: Readonly<Record<string, unknown>>): void {
    if (this.alive && this.#process?.connected) this.#process.send(order);
  }

  /** Sends a signal and does not wait for what becomes of it. */
  signal(signal: NodeJS.Signals): void {
    if (this.alive) this.#process?.kill(signal);
  }

  get dataDirectory(): string {
    return this.#directory;
  }

  get alive(): boolean {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** kill -9: nothing is flushed, nothing is said. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Waits until the process has ended by itself. */
  async died(): Promise<void> {
    if (this.#process && this.alive) await once(this.#process, 'exit');
  }

  /** Starts it again on the same data directory and port. */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.alive) await this.kill();
    const process = launch({ ...this.#options, env: { ...this.#options.env, ...env } }, this.#directory, this.#port);
    this.#process = process;
    this.#keepLog(process);
    await listeningPort(process);
  }

  /** SIGTERM; @returns the exit code */
  async stop(): Promise<number | null> {
    const code = await this.#end('SIGTERM');
    if (this.#options.dataDirectory === undefined) await rm(this.#directory, { recursive: true, force: true });
    return code;
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const process = this.#process;
    if (!process || !this.alive) return process?.exitCode ?? null;
    const exit = once(process, 'exit');
    process.kill(signal);
    await exit;
    return process.exitCode;
  }

  #keepLog(process: ChildProcess): void {
    process.stderr?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
    process.stdout?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()));
  }
}

const launch = ({ env = {}, main = MAIN, listener }: ServiceOptions, directory: string, port: number): ChildProcess => {
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'pipe', ...(listener ? (['ipc'] as const) : [])],
    env: {
      PATH: process.env['PATH'],
      NODE_OPTIONS: '',
      UMPIRE_DATA: directory,
      UMPIRE_LISTEN: `127.0.0.1:${port}`,
      UMPIRE_ADMIN_TOKEN: TOKEN,
      ...env,
    },
  });
  if (listener) child.on('message', listener);
  return child;
};

const listeningPort = async (process: ChildProcess): Promise<number> => {
  let printed = '';
  let complaints = '';
  process.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const timer = setTimeout(
    () => reject(new Error(`the service was not ready in ${READY_MS} ms:\n${complaints}`)),
    READY_MS,
  );
  process.once('exit', (code) =>
    reject(new Error(`the service ended with ${code} before it was ready:\n${complaints}`)),
  );
  process.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
    const port = /listening on http:\/\/\S+:(\d+)/.exec(printed)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
};
