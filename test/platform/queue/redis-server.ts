import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 10_000;

/** The path of redis-server, or null where Debian's package of that name is not installed. */
export const findRedis = (): string | null => {
  const candidates = (process.env.PATH ?? '')
    .split(delimiter)
    .concat('/usr/bin')
    .map((folder) => join(folder, 'redis-server'));
  return candidates.find(isExecutable) ?? null;
};

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** A real Redis for one test: on a unix socket in a directory of its own, keeping nothing on disk. */
export class RedisServer {
  readonly #program: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'umpire-redis-'));
  #process: ChildProcess | null = null;

  private constructor(program: string) {
    this.#program = program;
  }

  /** Starts a server; throws where there is no redis-server. */
  static async start(): Promise<RedisServer> {
    const program = findRedis();
    if (program === null) throw new Error('redis-server is not installed (Debian: apt install redis-server)');
    const server = new RedisServer(program);
    await server.restart();
    return server;
  }

  get #socket(): string {
    return join(this.#folder, 'redis.sock');
  }

  /** What `REDIS_URL` takes. */
  get url(): string {
    return `unix://${this.#socket}`;
  }

  /** Starts the server anew, empty, on the same socket. */
  async restart(): Promise<void> {
    await this.#end();
    const settings = [
      '--port',
      '0',
      '--unixsocket',
      this.#socket,
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      this.#folder,
    ];
    this.#process = spawn(this.#program, settings, { stdio: 'ignore' });
    await this.#answering();
  }

  /** Forgets everything, as an operator's FLUSHALL does. */
  async flushAll(): Promise<void> {
    await this.#ask('FLUSHALL');
  }

  /** Leaves no room: with the policy `noeviction`, Redis's own, every command that could need memory is refused (redis.conf). */
  async fill(): Promise<void> {
    await this.#ask('CONFIG SET maxmemory 1');
  }

  /** Gives as much room again as there is. */
  async makeRoom(): Promise<void> {
    await this.#ask('CONFIG SET maxmemory 0');
  }

  /** Stops the server as a crash would; its clients see the connection break. */
  async away(): Promise<void> {
    await this.#end();
  }

  /** Has the server hold its breath: connections stand, nothing is answered. */
  hang(): void {
    this.#process?.kill('SIGSTOP');
  }

  breathe(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Ends the server and removes its directory. */
  async stop(): Promise<void> {
    await this.#end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(): Promise<void> {
    const ending = this.#process;
    this.#process = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    ending.kill('SIGKILL');
    await ended;
  }

  async #answering(): Promise<void> {
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline) {
      const answer = await this.#ask('PING').catch(() => '');
      if (answer.startsWith('+PONG')) return;
      await sleep(20);
    }
    throw new Error(`redis-server did not answer within ${START_MS} ms`);
  }

  async #ask(command: string): Promise<string> {
    const socket = connect(this.#socket);
    try {
      await once(socket, 'connect');
      socket.write(`${command}\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString('utf8');
    } finally {
      socket.destroy();
    }
  }
}
