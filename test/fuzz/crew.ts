import { Worker } from 'node:worker_threads';
import type { Find } from './slice.ts';
import type { Errand, Report } from './worker.ts';

/** No input takes a hundredth of it; a reader that does is lost. */
const HANGS_MS = 60_000;
/** A worker's heap. Its honest need is a tenth of that, so a reader that lets memory grow ends it. */
const HEAP_MB = 768;

/** What came of an errand: how long it took, or why it never ended. */
export type Outcome =
  | { readonly kind: 'done'; readonly ms: number; readonly understood: number }
  | { readonly kind: 'lost'; readonly why: string; readonly index: number };

/** One worker thread and what it is at. One errand at a time. */
export class Hand {
  readonly #at = new SharedArrayBuffer(4);
  #worker: Worker | null = null;

  /**
   * Gives an errand to the worker, a new one where the last was lost.
   * @param hears of each find
   */
  async run(errand: Errand, hears: (find: Find) => void): Promise<Outcome> {
    const worker = (this.#worker ??= this.#hire());
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const lost = (why: string): void => resolve({ kind: 'lost', why, index: this.index });
    const onMessage = (report: Report): void => (report.kind === 'find' ? hears(report.find) : resolve(report));
    const onError = (failure: Error): void => lost(failure.message);
    worker.on('message', onMessage).on('error', onError);
    const watch = this.#watch(() => lost(`no answer within ${HANGS_MS / 1_000} s`));
    worker.postMessage(errand);
    const outcome = await promise;
    clearInterval(watch);
    worker.off('message', onMessage).off('error', onError);
    if (outcome.kind === 'lost') await this.end();
    return outcome;
  }

  /** The input that the worker is at. */
  get index(): number {
    return Atomics.load(new Int32Array(this.#at), 0);
  }

  async end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #hire(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { at: this.#at },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    // Beside the errand's own listener, so that a worker that dies between two errands does not end the run.
    worker.on('error', () => (this.#worker = null));
    return worker;
  }

  #watch(hangs: () => void): NodeJS.Timeout {
    let last = -1;
    return setInterval(() => {
      if (this.index === last) hangs();
      last = this.index;
    }, HANGS_MS);
  }
}
