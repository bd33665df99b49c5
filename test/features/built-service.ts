import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isStale, PROJECT } from '../machine/build.ts';

const START_MS = 30_000;

/** The service as it is installed: compiled. */
export interface Build extends Disposable {
  readonly main: string;
}

/** The last build of the project where it is not older than its sources, as in `npm test`; else the service is compiled. */
export const buildService = (): Build =>
  isStale(PROJECT) ? compile() : { main: join(PROJECT, 'dist/src/main.js'), [Symbol.dispose]: () => undefined };

/** As `nest build` does, in a directory of its own. */
const compile = (): Build => {
  const folder = mkdtempSync(join(tmpdir(), 'umpire-build-'));
  const tsc = join(PROJECT, 'node_modules/.bin/tsc');
  const buildInfo = join(folder, '.tsbuildinfo');
  const options = ['-p', join(PROJECT, 'tsconfig.build.json'), '--outDir', folder, '--tsBuildInfoFile', buildInfo];
  const compiled = spawnSync(process.execPath, [tsc, ...options], { cwd: PROJECT, encoding: 'utf8' });
  const main = join(folder, 'src/main.js');
  if (!existsSync(main)) throw new Error(`the service does not compile:\n${compiled.stdout}`);
  cpSync(join(PROJECT, 'src/hosts/scripts'), join(folder, 'src/hosts/scripts'), { recursive: true });
  cpSync(join(PROJECT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  return { main, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
};

/** A run of the service in a process of its own. */
export class Run {
  readonly process: ChildProcess;
  #stdout = '';
  #stderr = '';
  readonly #ended: Promise<number | string>;

  constructor(build: Build, env: Readonly<Record<string, string>>) {
    this.process = spawn(process.execPath, [build.main], {
      env: { PATH: process.env['PATH'], UMPIRE_LISTEN: '127.0.0.1:0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.#ended = once(this.process, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  }

  /** What it has printed so far. */
  get stdout(): string {
    return this.#stdout;
  }

  /** What it has logged so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** The exit code, or the signal that ended it. */
  get ended(): Promise<number | string> {
    return this.#ended;
  }

  /** The address that it says it listens on. */
  async listening(): Promise<string> {
    const deadline = performance.now() + START_MS;
    while (performance.now() < deadline && this.process.exitCode === null) {
      const address = /^listening on (http:\/\/\S+)$/m.exec(this.#stdout)?.[1];
      if (address !== undefined) return address;
      await sleep(20);
    }
    throw new Error(`the service does not listen:\n${this.#stdout}${this.#stderr}`);
  }

  /** Ends it and tells how it ended. */
  async end(signal: NodeJS.Signals): Promise<number | string> {
    this.process.kill(signal);
    return this.#ended;
  }
}
