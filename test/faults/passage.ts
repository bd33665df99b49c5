/** Lets work through together, or one piece alone: what strikes the whole lab waits for all others to end, and they for it. */
export class Passage {
  #inside = 0;
  #aloneWaiting = 0;
  #isAlone = false;
  #waiting: (() => void)[] = [];

  async together<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter(
      () => !this.#isAlone && this.#aloneWaiting === 0,
      () => (this.#inside += 1),
    );
    try {
      return await work();
    } finally {
      this.#inside -= 1;
      this.#wake();
    }
  }

  async alone<T>(work: () => Promise<T>): Promise<T> {
    this.#aloneWaiting += 1;
    await this.#enter(
      () => !this.#isAlone && this.#inside === 0,
      () => (this.#isAlone = true),
    );
    this.#aloneWaiting -= 1;
    try {
      return await work();
    } finally {
      this.#isAlone = false;
      this.#wake();
    }
  }

  /** Looks and enters in one go: between the two nobody else may come in. */
  async #enter(isOpen: () => boolean, enter: () => unknown): Promise<void> {
    while (!isOpen()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    enter();
  }

  #wake(): void {
    for (const go of this.#waiting.splice(0)) go();
  }
}
