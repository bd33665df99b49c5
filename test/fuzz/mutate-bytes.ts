import type { Chance } from '../faults/chance.ts';
import { below, pick } from './target.ts';

const INTERESTING = [
  0x00, 0x01, 0x02, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xa3, 0xff,
];

type Edit = (bytes: Buffer, chance: Chance, seeds: readonly Uint8Array[]) => Buffer;

const cut = (bytes: Buffer, from: number, to: number, between: Uint8Array = Buffer.alloc(0)): Buffer =>
  Buffer.concat([bytes.subarray(0, from), between, bytes.subarray(to)]);

/** A byte changed in place; of an empty input there is none. */
const changed =
  (byte: (old: number, chance: Chance) => number): Edit =>
  (bytes, chance) => {
    const copy = Buffer.from(bytes);
    const at = below(copy.length, chance);
    if (copy.length > 0) copy[at] = byte(copy[at] ?? 0, chance) & 0xff;
    return copy;
  };

const randomBytes = (length: number, chance: Chance): Buffer =>
  Buffer.from(Array.from({ length }, () => (chance() < 0.5 ? pick(INTERESTING, chance) : below(256, chance))));

const RAW: readonly Edit[] = [
  changed((old, chance) => old ^ (1 << below(8, chance))),
  changed((_, chance) => pick(INTERESTING, chance)),
  changed((old, chance) => old + pick([1, -1], chance)),
  (bytes, chance) => cut(bytes, below(bytes.length + 1, chance), bytes.length),
  (bytes, chance) => {
    const at = below(bytes.length + 1, chance);
    return cut(bytes, at, at + 1 + below(8, chance));
  },
  (bytes, chance) => {
    const at = below(bytes.length + 1, chance);
    return cut(bytes, at, at, randomBytes(1 + below(8, chance), chance));
  },
  (bytes, chance, seeds) => {
    const at = below(bytes.length + 1, chance);
    const other = Buffer.from(pick(seeds, chance));
    return cut(bytes, at, bytes.length, other.subarray(below(other.length + 1, chance)));
  },
];

/** Where a value of DER lies in a text of them. */
interface Place {
  readonly start: number;
  readonly content: number;
  readonly end: number;
  /** The places of the values around it, outermost first. */
  readonly around: readonly Place[];
}

const isConstructed = (tag: number): boolean => (tag & 0x20) !== 0;

const placeAt = (bytes: Buffer, start: number, limit: number, around: readonly Place[]): Place | null => {
  const first = bytes[start + 1];
  if (first === undefined || start + 2 > limit) return null;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  if (octets > 3 || start + 2 + octets > limit) return null;
  const length = octets === 0 ? first : bytes.readUIntBE(start + 2, octets);
  const content = start + 2 + octets;
  return content + length > limit ? null : { start, content, end: content + length, around };
};

/** Every value that stands in the bytes, those inside others too. */
const placesIn = (bytes: Buffer, start = 0, limit = bytes.length, around: readonly Place[] = []): Place[] => {
  const found: Place[] = [];
  for (let at = start; at < limit;) {
    const place = placeAt(bytes, at, limit, around);
    if (place === null) break;
    found.push(place);
    if (isConstructed(bytes[at] ?? 0) && around.length < 30)
      found.push(...placesIn(bytes, place.content, place.end, [...around, place]));
    at = place.end;
  }
  return found;
};

const lengthOf = (length: number): Buffer => {
  if (length < 0x80) return Buffer.from([length]);
  const octets = length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3;
  const bytes = Buffer.alloc(1 + octets);
  bytes[0] = 0x80 | octets;
  bytes.writeUIntBE(length, 1, octets);
  return bytes;
};

/** Puts other bytes in the place of a value, and writes the lengths of all values around it anew, so that the whole stays DER. */
const replaced = (bytes: Buffer, place: Place, by: Buffer): Buffer => {
  let piece = by;
  let inner: { readonly start: number; readonly end: number } = place;
  for (const outer of place.around.toReversed()) {
    const content = Buffer.concat([
      bytes.subarray(outer.content, inner.start),
      piece,
      bytes.subarray(inner.end, outer.end),
    ]);
    piece = Buffer.concat([bytes.subarray(outer.start, outer.start + 1), lengthOf(content.length), content]);
    inner = outer;
  }
  return cut(bytes, inner.start, inner.end, piece);
};

const whole = (bytes: Buffer, { start, end }: Place): Buffer => Buffer.from(bytes.subarray(start, end));
const wrapped = (tag: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);

const DEEP = 300;
/** Kept below the caps of the readers, which would not even begin with more. */
const LARGE = 12_000;

type DerEdit = (bytes: Buffer, place: Place, chance: Chance, places: readonly Place[]) => Buffer;

const DER: readonly DerEdit[] = [
  (bytes, place) => replaced(bytes, place, Buffer.alloc(0)),
  (bytes, place) => replaced(bytes, place, Buffer.concat([whole(bytes, place), whole(bytes, place)])),
  (bytes, place, chance, places) => replaced(bytes, place, whole(bytes, pick(places, chance))),
  (bytes, place, chance) => {
    const content = RAW[below(RAW.length - 1, chance)]?.(
      Buffer.from(bytes.subarray(place.content, place.end)),
      chance,
      [],
    );
    return replaced(bytes, place, wrapped(bytes[place.start] ?? 0, content ?? Buffer.alloc(0)));
  },
  (bytes, place, chance) => {
    const retagged = whole(bytes, place);
    retagged[0] = pick(INTERESTING, chance);
    return replaced(bytes, place, retagged);
  },
  (bytes, place, chance) =>
    replaced(bytes, place, wrapped(pick([0x30, 0x31, 0xa0, 0x04], chance), whole(bytes, place))),
  (bytes, place, chance) => {
    let nested = whole(bytes, place);
    for (let depth = below(DEEP, chance); depth > 0; depth -= 1) nested = wrapped(0x30, nested);
    return replaced(bytes, place, nested);
  },
  (bytes, place, chance) => {
    const one = whole(bytes, place);
    const count = Math.ceil(below(LARGE, chance) / Math.max(one.length, 1));
    return replaced(bytes, place, Buffer.concat(Array.from({ length: count }, () => one)));
  },
  (bytes, place, chance) =>
    replaced(
      bytes,
      place,
      wrapped(bytes[place.start] ?? 0, randomBytes(below(chance() < 0.02 ? LARGE : 40, chance), chance)),
    ),
];

const GARBAGE_ONE_IN = 30;

/** Changes bytes without an eye for what they mean; now and then makes some up. */
export const mutatedBytes = (bytes: Uint8Array, chance: Chance, seeds: readonly Uint8Array[]): Buffer => {
  if (below(GARBAGE_ONE_IN, chance) === 0) return randomBytes(below(200, chance), chance);
  let mutant = Buffer.from(bytes);
  do mutant = pick(RAW, chance)(mutant, chance, seeds) as Buffer<ArrayBuffer>;
  while (chance() < 0.3);
  return mutant;
};

/** Changes DER value by value, most often so that it stays DER: what is wrong is then the meaning. */
export const mutatedDer = (bytes: Uint8Array, chance: Chance, seeds: readonly Uint8Array[]): Buffer => {
  if (chance() < 0.4) return mutatedBytes(bytes, chance, seeds);
  let mutant = Buffer.from(bytes);
  do {
    const places = placesIn(mutant);
    if (places.length === 0) break;
    mutant = pick(DER, chance)(mutant, pick(places, chance), chance, places) as Buffer<ArrayBuffer>;
  } while (chance() < 0.3 && mutant.length < 4 * LARGE);
  return mutant;
};
