import { hex } from './bytes.ts';

/** Tags of ITU-T X.690 that certificates use, as they stand in DER: class, form and number in one byte. */
export const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

/** Thrown by the reader for anything that is not the DER it was asked for. It never leaves the rooms of this folder. */
export class DerError extends Error {}

/**
 * Reads DER values one after the other, strictly: one-byte tags, definite lengths in their shortest form, nothing left
 * over. It is written apart from the code that makes certificates, so that the one can witness against the other.
 * It walks over the bytes and copies none, as it reads every certificate that is issued.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  /** The tag of the next value, or null at the end. */
  get nextTag(): number | null {
    return this.isAtEnd ? null : (this.#bytes[this.#at] ?? null);
  }

  /** The next value's content, as a view. It must have this tag. */
  content(tag: number): Uint8Array {
    const start = this.#open(tag);
    return this.#bytes.subarray(start, this.#at);
  }

  /** The whole of the next value with its tag and length, as a view. */
  whole(tag: number): Uint8Array {
    const start = this.#at;
    this.#open(tag);
    return this.#bytes.subarray(start, this.#at);
  }

  /** A reader of the next value's content. */
  inside(tag: number): DerReader {
    const start = this.#open(tag);
    return new DerReader(this.#bytes, start, this.#at);
  }

  /** Passes over the next value. */
  skip(tag: number): void {
    this.#open(tag);
  }

  /** A reader of the next value's content when it has this tag; else null, and nothing is read. */
  insideOptional(tag: number): DerReader | null {
    return this.nextTag === tag ? this.inside(tag) : null;
  }

  /** The next value's content when it has this tag; else null, and nothing is read. */
  optional(tag: number): Uint8Array | null {
    return this.nextTag === tag ? this.content(tag) : null;
  }

  /** The next value's content as hexadecimal digits. */
  hex(tag: number): string {
    const start = this.#open(tag);
    return hex(this.#bytes, start, this.#at);
  }

  /** An object identifier as dotted text (X.690, 8.19). */
  oid(): string {
    const start = this.#open(Tag.oid);
    if (start === this.#at) throw new DerError('an empty object identifier');
    let text = '';
    let arc = 0;
    for (let i = start; i < this.#at; i += 1) {
      const byte = this.#bytes[i] ?? 0;
      if (arc === 0 && byte === 0x80) throw new DerError('an object identifier with a leading zero');
      arc = arc * 128 + (byte & 0x7f);
      if (arc > 0xffff_ffff) throw new DerError('an object identifier with a monstrous arc');
      if (byte >= 0x80) continue;
      text += text === '' ? firstArcs(arc) : `.${arc}`;
      arc = 0;
    }
    if ((this.#bytes[this.#at - 1] ?? 0) >= 0x80) throw new DerError('an object identifier that is cut off');
    return text;
  }

  /** INTEGER, as hexadecimal digits: of a negative number the top bit is set. Zeros that only pad are refused and left out. */
  integer(): string {
    const start = this.#open(Tag.integer);
    const length = this.#at - start;
    const first = this.#bytes[start] ?? 0;
    const secondIsHigh = (this.#bytes[start + 1] ?? 0) >= 0x80;
    const isPadded = length > 1 && ((first === 0 && !secondIsHigh) || (first === 0xff && secondIsHigh));
    if (length === 0 || isPadded) throw new DerError('a number in too many or no octets');
    return hex(this.#bytes, first === 0 && length > 1 ? start + 1 : start, this.#at);
  }

  /** Refuses anything that was not read. */
  end(): void {
    if (!this.isAtEnd) throw new DerError(`${this.#end - this.#at} bytes too many`);
  }

  /** Goes behind the next value, which must have this tag, and returns where its content starts. */
  #open(tag: number): number {
    if (this.nextTag !== tag) throw new DerError(`no value with tag ${tag} at ${this.#at}`);
    this.#at += 1;
    const length = this.#length();
    const start = this.#at;
    if (length > this.#end - start) throw new DerError('a value that is cut off');
    this.#at = start + length;
    return start;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined || this.isAtEnd) throw new DerError('the bytes end too early');
    this.#at += 1;
    return byte;
  }

  /** X.690, 10.1: the definite form, in the fewest octets. Nothing here is longer than 24 bits of length can say. */
  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const octets = first & 0x7f;
    if (octets === 0 || octets > 3) throw new DerError('an indefinite or monstrous length');
    let length = 0;
    for (let i = 0; i < octets; i += 1) length = length * 256 + this.#byte();
    if (length < 0x80 || length < 256 ** (octets - 1)) throw new DerError('a length in too many octets');
    return length;
  }
}

/** X.690, 8.19.4: the first number stands for two arcs. */
const firstArcs = (first: number): string => {
  const root = Math.min(Math.floor(first / 40), 2);
  return `${root}.${first - 40 * root}`;
};
