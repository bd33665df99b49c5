import { error, fail, succeed, warning, type Finding, type Result } from '../../finding.ts';
import { deviceObstacles, hasDevice } from './check.ts';
import { cmapOf } from './cmap.ts';
import { meaningOf } from './line.ts';
import { unsignedNumber } from './number.ts';
import { deviceSection, type NetDevice } from './net-device.ts';
import { countNodes } from './read-nodes.ts';
import { rewrite, without } from './rewrite.ts';
import { styleOf } from './style.ts';
import { isWithin, type CorosyncConf, type Entry, type Item, type Section } from './tree.ts';
import { itemsOf } from './walk.ts';

/**
 * What a file had to give up for a device: its two_node lines and where they stood. Plain data, to be kept until the
 * device goes. It holds nothing else of the file, so no key of the cluster.
 */
export interface SetAside {
  /** How many nodes the cluster had; two_node is only right for the same number again. */
  readonly nodeCount: number;
  readonly lines: readonly {
    /** Which of the file's `quorum` sections, counted from 0. */
    readonly section: number;
    /** The place among that section's entries. */
    readonly index: number;
    readonly raw: string;
  }[];
}

const TWO_NODE = 'quorum.two_node';

/**
 * Adds the device at the end of the quorum section, in the section's own style, and takes two_node out: "two_node and
 * quorum device cannot be configured at the same time" (votequorum.c:votequorum_readconfig). config_version stays;
 * see `withConfigVersion`.
 *
 * @returns the new tree and what was set aside for `removeDevice`, or every obstacle (see `deviceObstacles`); so a
 * second device is never added beside the first
 */
export const addDevice = (
  conf: CorosyncConf,
  device: NetDevice,
): Result<{ readonly conf: CorosyncConf; readonly setAside: SetAside }> => {
  const obstacles = deviceObstacles(conf, { algorithm: device.algorithm });
  if (obstacles.length > 0) return fail(...obstacles);
  const last = quorumSections(conf).length - 1;
  const changed = changeQuorumSections(conf, (section, index) => {
    const kept = section.entries.filter((entry) => !isTwoNode(entry));
    return { ...section, entries: index === last ? [...kept, deviceSection(device, styleOf(section))] : kept };
  });
  return succeed({ conf: changed, setAside: twoNodeLines(conf) });
};

/**
 * Takes the device out, whoever added it, and puts back what was set aside for it. With what `addDevice` set aside
 * the result is the file before it, byte for byte (invariant 9), but for edits made by others in between.
 *
 * @param setAside leave it out for a device that we did not add: two_node is then not ours to write
 * @returns the new tree; with a warning, and without the lines, where the cluster has another number of nodes now or
 * two_node is back already. Fails when there is no device.
 */
export const removeDevice = (conf: CorosyncConf, setAside?: SetAside): Result<CorosyncConf> => {
  if (!hasDevice(conf)) return fail(deviceNotThere());
  const cleared = without(conf, (path) => isWithin(path, 'quorum.device'));
  if (!setAside || setAside.lines.length === 0) return succeed(cleared);
  if (twoNodeLines(cleared).lines.length > 0) return succeed(cleared, [twoNodeIsBack()]);
  const nodeCount = countNodes(cmapOf(cleared));
  if (nodeCount !== setAside.nodeCount) return succeed(cleared, [nodeCountChanged(setAside.nodeCount, nodeCount)]);
  return putBack(cleared, setAside);
};

/**
 * Writes another config_version over the one in force, and nothing else of its line.
 *
 * @param version higher than the present one: pmxcfs keeps the file with the higher version
 * (pmxcfs/dcdb.c:dcdb_sync_corosync_conf), so one that is not would never reach the nodes
 */
export const withConfigVersion = (conf: CorosyncConf, version: number): Result<CorosyncConf> => {
  const line = itemsOf(conf).findLast(({ path, known }) => path === 'totem.config_version' && known === 'totem');
  if (!line) return fail(configVersionMissing());
  const present = unsignedNumber(line.entry.value) ?? 0n;
  if (!Number.isSafeInteger(version) || version <= present) return fail(configVersionNotHigher(version));
  return succeed(rewrite(conf, (entry) => (entry === line.entry ? withValue(line.entry, String(version)) : entry)));
};

const withValue = (item: Item, value: string): Item => {
  const start = item.raw.indexOf(item.value, item.raw.indexOf(':') + 1);
  return { ...item, value, raw: item.raw.slice(0, start) + value + item.raw.slice(start + item.value.length) };
};

const isQuorumSection = (entry: Entry): entry is Section => entry.kind === 'section' && entry.name === 'quorum';

/** A section's path is `quorum` only at the top of the file. */
const quorumSections = (conf: CorosyncConf): readonly Section[] => conf.entries.filter(isQuorumSection);

const changeQuorumSections = (
  conf: CorosyncConf,
  change: (section: Section, index: number) => Section,
): CorosyncConf => {
  const sections = quorumSections(conf);
  return {
    entries: conf.entries.map((entry) => (isQuorumSection(entry) ? change(entry, sections.indexOf(entry)) : entry)),
  };
};

/** Outside the quorum section a two_node is text that votequorum does not see; such a line stays where it is. */
const isTwoNode = (entry: Entry): entry is Item => entry.kind === 'item' && entry.key === 'two_node';

const twoNodeLines = (conf: CorosyncConf): SetAside => ({
  nodeCount: countNodes(cmapOf(conf)),
  lines: quorumSections(conf).flatMap(({ entries }, section) =>
    entries.flatMap((entry, index) => (isTwoNode(entry) ? [{ section, index, raw: entry.raw }] : [])),
  ),
});

/** Puts the lines back in the order in which they stood, so that each finds its place among those before it. */
const putBack = (conf: CorosyncConf, { lines }: SetAside): Result<CorosyncConf> => {
  const sections = quorumSections(conf);
  const items = lines.map(({ raw }) => twoNodeItem(raw));
  if (sections.length === 0 || items.includes(null)) return fail(setAsideNotUsable());
  return succeed(
    changeQuorumSections(conf, (section, index) =>
      lines.reduce((changed, line, at) => {
        const item = items[at];
        const belongsHere = Math.min(line.section, sections.length - 1) === index;
        return item && belongsHere ? { ...changed, entries: changed.entries.toSpliced(line.index, 0, item) } : changed;
      }, section),
    ),
  );
};

const twoNodeItem = (raw: string): Item | null => {
  const meaning = meaningOf(raw);
  const isOneLine = raw.indexOf('\n') === raw.length - 1;
  return isOneLine && meaning.kind === 'item' && meaning.key === 'two_node' ? { ...meaning, raw } : null;
};

const deviceNotThere = (): Finding =>
  error('device_not_there', 'quorum.device', 'The file holds no quorum device, so there is nothing to remove.');
const twoNodeIsBack = (): Finding =>
  warning('two_node_already_back', TWO_NODE, 'two_node stands in the file already and was left as it is.');
const nodeCountChanged = (before: number, now: number): Finding =>
  warning(
    'two_node_left_out',
    TWO_NODE,
    `two_node was not put back: it belonged to a cluster of ${before} nodes, and now there are ${now}.`,
    { before, now },
  );
const setAsideNotUsable = (): Finding =>
  error(
    'set_aside_not_usable',
    TWO_NODE,
    'The two_node lines that were set aside do not fit this file. Edit it by hand.',
  );
const configVersionMissing = (): Finding =>
  error('config_version_missing', 'totem.config_version', 'The file carries no config_version. Add one first.');
const configVersionNotHigher = (version: number): Finding =>
  error('config_version_not_higher', 'totem.config_version', 'The new config_version must be higher than the old.', {
    version,
  });
