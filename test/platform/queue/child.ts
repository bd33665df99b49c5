import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Place } from './store.ts';

/** A worker in a process of its own, and the ids of the jobs it took. */
export class Child {
  readonly taken: string[] = [];
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #errors: string[] = [];

  private constructor(place: Place, queue: string, mode: 'dies' | 'works') {
    const program = fileURLToPath(new URL('child-worker.ts', import.meta.url));
    this.#process = spawn(process.execPath, [program, place, queue, mode]);
    let rest = '';
    this.#process.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      this.taken.push(...lines);
    });
    this.#process.stderr.on('data', (chunk: Buffer) => this.#errors.push(chunk.toString('utf8')));
  }

  /** Starts one and waits until it has reached the store. */
  static async start(place: Place, queue: string, mode: 'dies' | 'works'): Promise<Child> {
    const child = new Child(place, queue, mode);
    while (child.taken[0] !== 'ready') {
      if (child.#process.exitCode !== null) throw new Error(`the child ended: ${child.#errors.join('')}`);
      await Promise.race([once(child.#process.stdout, 'data'), once(child.#process, 'exit')]);
    }
    child.taken.shift();
    return child;
  }

  /** kill -9 */
  async kill(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }

  /** Lets it finish. */
  async end(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.stdin.end();
    await ended;
  }
}
