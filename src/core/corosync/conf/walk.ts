import { knownSection } from './known-keys.ts';
import { joinPath, lineCount, type CorosyncConf, type Entry, type Item, type Section, type Visit } from './tree.ts';

/** Meets every entry in the file's order, a section before what stands inside it. */
export function* walk(conf: CorosyncConf): Generator<Visit> {
  yield* walkEntries(conf.entries, '', null, 1);
}

function* walkEntries(
  entries: readonly Entry[],
  around: string,
  known: string | null,
  firstLine: number,
): Generator<Visit> {
  let line = firstLine;
  for (const entry of entries) {
    if (entry.kind === 'section') {
      const path = joinPath(around, entry.name);
      const knownHere = knownSection(path, known);
      yield { entry, path, known: knownHere, line };
      yield* walkEntries(entry.entries, path, knownHere, line + 1);
    } else {
      yield { entry, path: entry.kind === 'item' ? joinPath(around, entry.key) : around, known, line };
    }
    line += lineCount(entry);
  }
}

const isItem = (visit: Visit): visit is Visit<Item> => visit.entry.kind === 'item';
const isSection = (visit: Visit): visit is Visit<Section> => visit.entry.kind === 'section';

/** All items, in the file's order. */
export const itemsOf = (conf: CorosyncConf): readonly Visit<Item>[] => [...walk(conf)].filter(isItem);
/** All sections, in the file's order. */
export const sectionsOf = (conf: CorosyncConf): readonly Visit<Section>[] => [...walk(conf)].filter(isSection);
