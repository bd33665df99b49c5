/** Lets one piece of work through at a time, in the order of arrival. */
export class Turnstile {
  private last: Promise<unknown> = Promise.resolve();

  pass<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work, work);
    // The next in line waits for the end of this one, however it ends.
    this.last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }
}
