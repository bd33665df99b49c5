import { parentPort, workerData } from 'node:worker_threads';
import { runSlice, type Find } from './slice.ts';
import { targetNamed } from './targets.ts';

/** Where a worker writes which input it is at: seen from outside even while a reader does not come back. */
export interface Desk {
  readonly at: SharedArrayBuffer;
}

/** Some inputs of one reader, to be given to it by a worker. */
export interface Errand {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

export type Report =
  | { readonly kind: 'find'; readonly find: Find }
  | { readonly kind: 'done'; readonly ms: number; readonly understood: number };

/** Readers refuse most inputs by throwing inside, and the stack is what costs most about that. `--replay` tells it. */
Error.stackTraceLimit = 0;

const desk = new Int32Array((workerData as Desk).at);

parentPort?.on('message', (errand: Errand) => {
  const begun = performance.now();
  const tell = (report: Report): void => parentPort?.postMessage(report);
  const understood = runSlice(
    { ...errand, target: targetNamed(errand.target) },
    (find) => tell({ kind: 'find', find }),
    (index) => Atomics.store(desk, 0, index),
  );
  tell({ kind: 'done', ms: performance.now() - begun, understood });
});
