import { setImmediate as turn } from 'node:timers/promises';

/** Long work in the one thread that also answers requests pauses after so many milliseconds. */
const AT_MOST_MS = 8;

/** Lets others have the thread between the pieces of long work. */
export class Breath {
  private since = performance.now();

  /** To be awaited before each piece. */
  async between(): Promise<void> {
    if (performance.now() - this.since < AT_MOST_MS) return;
    await turn();
    this.since = performance.now();
  }
}
