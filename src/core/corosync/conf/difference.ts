import { error, type Finding } from '../../finding.ts';
import { rawLines } from './print.ts';
import { rewrite } from './rewrite.ts';
import { isWithin, type CorosyncConf, type Item } from './tree.ts';

/**
 * Proves that a change touched nothing but `quorum.device`, `quorum.two_node` and the value of
 * `totem.config_version` (invariant 13): with these taken out, both files must be the same, line for line and byte
 * for byte.
 *
 * @returns no finding, or one error that names the first line that differs by its number, counted from 1 without the
 * lines taken out. The line itself is not quoted: it may hold a key.
 */
export const onlyAllowedDifference = (before: CorosyncConf, after: CorosyncConf): readonly Finding[] => {
  const kept = linesThatMustStay(before);
  const found = linesThatMustStay(after);
  const length = Math.max(kept.length, found.length);
  const at = Array.from({ length }, (_, index) => index).find((index) => kept[index] !== found[index]);
  return at === undefined ? [] : [forbiddenDifference(at + 1)];
};

const linesThatMustStay = (conf: CorosyncConf): readonly string[] => {
  const rest = rewrite(conf, (entry, path) => {
    if (path === 'quorum.two_node' || isWithin(path, 'quorum.device')) return null;
    return entry.kind === 'item' && path === 'totem.config_version' ? withoutValue(entry) : entry;
  });
  return rawLines(rest.entries);
};

/** Keeps the line and its white space, so that only the number may differ. */
const withoutValue = (item: Item): Item => {
  const afterColon = item.raw.indexOf(':') + 1;
  return { ...item, raw: item.raw.slice(0, afterColon) + item.raw.slice(afterColon).replace(item.value, '') };
};

const forbiddenDifference = (line: number): Finding =>
  error(
    'forbidden_difference',
    'corosync.conf',
    'Something else than quorum.device, two_node and config_version differs. The file was changed by another hand; look at both and begin anew.',
    { line },
  );
