/** Tells those who wait in this process that a queue's rows have changed. */
export class Bell {
  readonly #listeners = new Map<string, Set<() => void>>();

  get listened(): boolean {
    return this.#listeners.size > 0;
  }

  /** Calls `listener` at every change of `queue`. Out: how to stop listening. */
  listen(queue: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(queue) ?? new Set();
    this.#listeners.set(queue, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(queue) === listeners) this.#listeners.delete(queue);
    };
  }

  ring(queue: string): void {
    // A copy: whoever is woken may stop listening, or listen anew, while the others are still being called.
    for (const listener of [...(this.#listeners.get(queue) ?? [])]) listener();
  }

  ringAll(): void {
    for (const queue of [...this.#listeners.keys()]) this.ring(queue);
  }
}
