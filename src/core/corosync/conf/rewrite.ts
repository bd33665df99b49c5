import { joinPath, type CorosyncConf, type Entry, type Item, type Section } from './tree.ts';

/** What becomes of an entry: itself, another, or nothing. Of a section it is asked before what stands inside. */
type Rewrite = (entry: Item | Section, path: string) => Entry | null;

/** Gives a tree in which the entries are rewritten; remarks and everything rewritten to itself keep their lines. */
export const rewrite = (conf: CorosyncConf, change: Rewrite): CorosyncConf => ({
  entries: rewriteEntries(conf.entries, '', change),
});

/** Takes out every item and section whose path the test names. */
export const without = (conf: CorosyncConf, drops: (path: string) => boolean): CorosyncConf =>
  rewrite(conf, (entry, path) => (drops(path) ? null : entry));

const rewriteEntries = (entries: readonly Entry[], around: string, change: Rewrite): readonly Entry[] =>
  entries.flatMap((entry): readonly Entry[] => {
    if (entry.kind === 'remark') return [entry];
    const path = joinPath(around, entry.kind === 'item' ? entry.key : entry.name);
    const changed = change(entry, path);
    if (changed === null) return [];
    return changed.kind === 'section'
      ? [{ ...changed, entries: rewriteEntries(changed.entries, path, change) }]
      : [changed];
  });
