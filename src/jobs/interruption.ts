import type { FreezeGuard } from '../freeze/freeze-watch.ts';

/** How long a step in hand may go on after the service was told to stop. The whole stop has 30 s. */
export const STEP_GRACE_MS = 20_000;

/** The service stops, and the step in hand took too long: it is run again at the next start. */
export class CutOff extends Error {
  constructor() {
    super('the service stops, and the step in hand is cut off');
  }
}

export interface InterruptionCauses {
  /** The lease is lost. */
  readonly lost: AbortSignal;
  readonly freeze: FreezeGuard;
  /** The service is to stop: at the border of a step, or after its grace within one. */
  readonly stop: AbortSignal;
}

/** Whatever ends a job's work in the middle of a step, as one signal; its reason says which it was. */
export class Interruption implements Disposable {
  readonly signal: AbortSignal;
  private readonly cutOff = new AbortController();
  private readonly freeze: FreezeGuard;
  private readonly stop: AbortSignal;
  private timer: NodeJS.Timeout | null = null;

  constructor({ lost, freeze, stop }: InterruptionCauses) {
    this.freeze = freeze;
    this.stop = stop;
    this.signal = AbortSignal.any([lost, freeze.signal, this.cutOff.signal]);
    if (stop.aborted) this.beginGrace();
    else stop.addEventListener('abort', this.beginGrace, { once: true });
  }

  private readonly beginGrace = (): void => {
    this.timer = setTimeout(() => this.cutOff.abort(new CutOff()), STEP_GRACE_MS);
  };

  [Symbol.dispose](): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.stop.removeEventListener('abort', this.beginGrace);
    this.freeze[Symbol.dispose]();
  }
}
