import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { it } from 'vitest';

const PACKAGES = '/usr/lib/postgresql';
const START_MS = 20_000;

export const POSTGRES_MISSING = 'PostgreSQL is not installed (Debian: apt install postgresql)';

/** The folder with initdb and postgres of the newest version that is installed, or null. */
export const findPostgres = (): string | null => {
  const versions = installed().sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(PACKAGES, version, 'bin')).find(isComplete) ?? null;
};

const installed = (): string[] => {
  try {
    return readdirSync(PACKAGES);
  } catch {
    return [];
  }
};

const isComplete = (folder: string): boolean => {
  try {
    for (const program of ['initdb', 'postgres']) accessSync(join(folder, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** PostgreSQL refuses to run as root: then it runs as the first of these users that there is. */
const unprivileged = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  return { uid: Number(user?.[2]), gid: Number(user?.[3]) };
};

/** A real PostgreSQL for one test file: on a unix socket in a directory of its own. */
export class PostgresServer {
  readonly #folder: string;
  readonly #process: ChildProcess;
  #databases = 0;

  private constructor(folder: string, process: ChildProcess) {
    this.#folder = folder;
    this.#process = process;
  }

  /** Starts a server; throws where PostgreSQL is not installed. */
  static async start(): Promise<PostgresServer> {
    const programs = findPostgres();
    if (programs === null) throw new Error(POSTGRES_MISSING);
    const who = unprivileged();
    const folder = mkdtempSync(join(tmpdir(), 'umpire-postgres-'));
    if (who.uid !== undefined && who.gid !== undefined) chownSync(folder, who.uid, who.gid);
    const data = join(folder, 'data');
    const options = ['-D', data, '-U', 'umpire', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'];
    execFileSync(join(programs, 'initdb'), options, { ...who, cwd: folder, stdio: 'ignore' });
    const settings = ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'max_connections=50'];
    const server = spawn(join(programs, 'postgres'), settings, { ...who, cwd: folder, stdio: 'ignore' });
    const started = new PostgresServer(folder, server);
    await started.#answering(programs);
    return started;
  }

  /** What `DATABASE_URL` takes: a new, empty database. */
  createDatabase(): string {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    this.sql('postgres', `CREATE DATABASE ${name}`);
    return `postgres://umpire@localhost/${name}?host=${this.#folder}`;
  }

  /** Runs a statement as an operator would. */
  sql(database: string, statement: string): string {
    const options = ['-h', this.#folder, '-U', 'umpire', '-d', database, '-At', '-c', statement];
    return execFileSync('psql', options, { encoding: 'utf8' }).trim();
  }

  /** Ends the server and removes its data. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      // postgres(1): the immediate shutdown, which waits for nobody.
      this.#process.kill('SIGQUIT');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answering(programs: string): Promise<void> {
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline) {
      try {
        execFileSync(join(programs, 'pg_isready'), ['-h', this.#folder], { stdio: 'ignore' });
        return;
      } catch {
        await sleep(50);
      }
    }
    throw new Error(`PostgreSQL did not answer within ${START_MS} ms`);
  }
}

/**
 * Runs guarantees on PostgreSQL. Where it is missing they are skipped with the reason; in CI, where it must not be missing,
 * they fail with it.
 */
export const onPostgres = (guarantees: () => void): void => {
  if (findPostgres() !== null) guarantees();
  else if (process.env['CI'] === undefined) it.skip(`skipped: ${POSTGRES_MISSING}`, () => undefined);
  else {
    it('is tested against a real server', () => {
      throw new Error(POSTGRES_MISSING);
    });
  }
};
