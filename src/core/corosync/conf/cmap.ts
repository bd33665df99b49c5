import { numberOf } from './known-keys.ts';
import type { CorosyncConf } from './tree.ts';
import { walk } from './walk.ts';

/** A value as corosync's configuration map holds it after parsing (`corosync-cmapctl` shows it). */
export interface StoredValue {
  readonly text: string;
  /** Set when corosync stores a number under this key; text that merely looks like one is not. */
  readonly number: bigint | null;
  /** Where the value stands, counted from 1: of several lines with the same key the last. */
  readonly line: number;
}

export type Cmap = ReadonlyMap<string, StoredValue>;

/**
 * What corosync makes of a file: of equal paths the last wins, sections of one name are one, and the n-th `node` of a
 * `nodelist` is `nodelist.node.n`. A second `nodelist` counts from 0 again, so its nodes are laid over the first's
 * (coroparse.c:main_config_parser_cb). Interfaces and loggers, which corosync files under a number or name of their
 * own, stand here under their plain path; nothing reads them.
 */
export const cmapOf = (conf: CorosyncConf): Cmap => {
  const stored = new Map<string, StoredValue>();
  let node = -1;
  for (const { entry, path, known, line } of walk(conf)) {
    if (entry.kind === 'section') {
      if (path === 'nodelist') node = -1;
      if (path === 'nodelist.node') node += 1;
    }
    if (entry.kind === 'item') {
      const key = known === 'nodelist.node' ? path.replace(/^nodelist\.node\./, `nodelist.node.${node}.`) : path;
      stored.set(key, { text: entry.value, number: numberOf(entry.value, path, entry.key, known), line });
    }
  }
  return stored;
};
