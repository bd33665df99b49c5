/**
 * corosync.conf as a lossless tree. Every entry keeps its lines as they were read, terminators included, so that
 * printing a tree that nobody changed gives back the file byte for byte.
 *
 * Text is a byte string: each character is one byte, U+0000 to U+00FF (see `bytes.ts`), because coroparse.c reads
 * bytes: it counts a line's length in them and knows no encoding.
 */
export interface CorosyncConf {
  readonly entries: readonly Entry[];
}

export type Entry = Remark | Item | Section;

/** A blank line or a comment: corosync ignores it. */
export interface Remark {
  readonly kind: 'remark';
  readonly raw: string;
}

/** `key: value` on a line of its own. */
export interface Item {
  readonly kind: 'item';
  readonly raw: string;
  readonly key: string;
  readonly value: string;
}

/** `name {`, what stands inside, and `}`; the braces' lines are kept raw. */
export interface Section {
  readonly kind: 'section';
  readonly name: string;
  readonly opening: string;
  readonly entries: readonly Entry[];
  readonly closing: string;
}

/** An entry met on the way through a file, with where it stands. */
export interface Visit<E extends Entry = Entry> {
  readonly entry: E;
  /** The names of the enclosing sections and the entry's own, joined by dots, as coroparse.c:parse_section does. */
  readonly path: string;
  /** The nearest section around an item (or the section itself) whose keys corosync knows; see `known-keys.ts`. */
  readonly known: string | null;
  /** The line on which the entry begins, counted from 1. */
  readonly line: number;
}

/** Appends a name to a section's path; the file's own path is empty. */
export const joinPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** True for `path` itself and for everything under it. */
export const isWithin = (path: string, section: string): boolean => path === section || path.startsWith(`${section}.`);

/** How many lines an entry takes up. */
export const lineCount = (entry: Entry): number =>
  entry.kind === 'section' ? entry.entries.reduce((lines, inner) => lines + lineCount(inner), 2) : 1;
