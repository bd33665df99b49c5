import { excerpt } from './escaped-text.ts';
import type { Printed } from './printed-values.ts';

/** Says where an output stopped being what its tool prints. Thrown by the readers of this folder and caught by `strictTool`. */
export class Unreadable extends Error {
  readonly expected: string;
  /** Counted from 1; null when the fault is in no single line. */
  readonly lineNumber: number | null;
  /** What stands there, escaped and cut short; null at the end of the output. */
  readonly seen: string | null;

  constructor(expected: string, lineNumber: number | null, seen: string | null) {
    super(expected);
    this.expected = expected;
    this.lineNumber = lineNumber;
    this.seen = seen;
  }
}

/**
 * A cursor over the lines of an output that only goes forward. Each method either understands the next line and moves
 * past it, or throws `Unreadable` with that line: nothing is skipped and nothing is tried twice, so that reading takes
 * time linear in the length of the text.
 */
export class LineReader {
  readonly #lines: readonly string[];
  #position = 0;

  /** @throws Unreadable when the last line has no end: the output was cut short there */
  constructor(text: string) {
    const lines = text.split('\n');
    const unfinished = lines.pop() ?? '';
    if (unfinished !== '') throw new Unreadable('the end of the line', lines.length + 1, excerpt(unfinished));
    this.#lines = lines;
  }

  /** The next line, which stays where it is; null at the end. */
  peek(): string | null {
    return this.#lines[this.#position] ?? null;
  }

  nextStartsWith(prefix: string): boolean {
    return this.peek()?.startsWith(prefix) ?? false;
  }

  /** The next line, whatever it says. @param expected what the caller hopes for, in case that there is none */
  take(expected: string): string {
    const line = this.peek() ?? this.refuse(expected);
    this.#position += 1;
    return line;
  }

  /** Moves past these lines, which must follow exactly as given. */
  literally(...expected: readonly string[]): void {
    for (const line of expected) {
      if (this.peek() !== line) this.refuse(`"${line}"`);
      this.#position += 1;
    }
  }

  /** Reads the whole next line. @param expected what it should be, in words */
  line<T>(expected: string, value: Printed<T>): T {
    const line = this.peek();
    const read = line === null ? undefined : value(line);
    if (read === undefined) return this.refuse(expected);
    this.#position += 1;
    return read;
  }

  /** Reads the line that begins with `label` (blanks and tabs included); `value` must understand all the rest of it. */
  field<T>(label: string, value: Printed<T>): T {
    const rest: Printed<T> = (line) => (line.startsWith(label) ? value(line.slice(label.length)) : undefined);
    return this.line(`"${label.trim()}" and its value`, rest);
  }

  /** Like `field`, but null when the next line begins otherwise. */
  optionalField<T>(label: string, value: Printed<T>): T | null {
    return this.nextStartsWith(label) ? this.field(label, value) : null;
  }

  /** Reads lines with the same label for as long as they follow; may be none. */
  fields<T>(label: string, value: Printed<T>): T[] {
    const values: T[] = [];
    while (this.nextStartsWith(label)) values.push(this.field(label, value));
    return values;
  }

  end(): void {
    if (this.peek() !== null) this.refuse('the end of the output');
  }

  /** Gives up at the next line. */
  refuse(expected: string): never {
    const line = this.peek();
    throw new Unreadable(expected, this.#position + 1, line === null ? null : excerpt(line));
  }
}

/** Gives up for a reason that is in no single line, such as two lines that contradict each other. */
export const refuseWhole = (expected: string): never => {
  throw new Unreadable(expected, null, null);
};
