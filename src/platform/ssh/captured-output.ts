/** What a command printed, up to a bound on both streams together. */
export class CapturedOutput {
  readonly #maxBytes: number;
  readonly #out: Buffer[] = [];
  readonly #err: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Keeps the chunk, or what still fits of it. False when the bound is passed. */
  keepStdout(chunk: Buffer): boolean {
    return this.#keep(this.#out, chunk);
  }

  keepStderr(chunk: Buffer): boolean {
    return this.#keep(this.#err, chunk);
  }

  /** As UTF-8, where bytes that are none become U+FFFD: strict parsers refuse those. */
  get stdout(): string {
    return Buffer.concat(this.#out).toString('utf8');
  }

  get stderr(): string {
    return Buffer.concat(this.#err).toString('utf8');
  }

  #keep(stream: Buffer[], chunk: Buffer): boolean {
    const room = this.#maxBytes - this.#bytes;
    const kept = chunk.subarray(0, room);
    this.#bytes += kept.length;
    if (kept.length > 0) stream.push(kept);
    return chunk.length <= room;
  }
}
