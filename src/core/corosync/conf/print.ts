import type { CorosyncConf, Entry } from './tree.ts';

/** @returns the file as a byte string; byte for byte what was parsed, where nothing was changed */
export const print = (conf: CorosyncConf): string => rawLines(conf.entries).join('');

/** The lines of some entries, each with its terminator, in the file's order. */
export const rawLines = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap((entry) =>
    entry.kind === 'section' ? [entry.opening, ...rawLines(entry.entries), entry.closing] : [entry.raw],
  );
