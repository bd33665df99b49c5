const MASK = '[secret]';

/**
 * A text that must not be seen: whatever prints, joins, inspects or serialises it gets a mask. Only `reveal()` gives
 * the text itself, so that every place that reads a secret can be found by searching for that word.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Hand it straight to the one call that needs it; keep it in no variable that lives on. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  /** `${secret}`, `secret + ''` and comparisons see the mask too. */
  [Symbol.toPrimitive](): string {
    return MASK;
  }

  /** `util.inspect`, and so `console.log` and assertion messages (the registered symbol of node:util). */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK;
  }
}
