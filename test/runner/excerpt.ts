/**
 * Shows as much of a program's output as a person reads: the beginning at once, line by line, and of the rest the end, where
 * a program tells what went wrong.
 */
export class Excerpt {
  readonly #show: (line: string) => void;
  readonly #beginning: number;
  readonly #end: number;
  #lines = 0;
  #last: string[] = [];

  /**
   * @param beginning how many lines are shown as they come
   * @param end how many of those after them may be shown at the end
   */
  constructor(show: (line: string) => void, { beginning, end }: { readonly beginning: number; readonly end: number }) {
    this.#show = show;
    this.#beginning = beginning;
    this.#end = end;
  }

  add(line: string): void {
    this.#lines += 1;
    if (this.#lines <= this.#beginning) this.#show(line);
    else this.#last = [...this.#last, line].slice(-this.#end);
  }

  /**
   * Shows the last lines, after a note of how many were left out.
   * @param whole where everything can be read
   */
  close(whole: string): void {
    const leftOut = this.#lines - Math.min(this.#lines, this.#beginning) - this.#last.length;
    if (leftOut > 0) this.#show(`… ${leftOut} lines left out; all of them: ${whole}`);
    for (const line of this.#last) this.#show(line);
    this.#last = [];
  }
}
