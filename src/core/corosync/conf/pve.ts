import { error, type Finding } from '../../finding.ts';
import type { CorosyncConf, Item, Section, Visit } from './tree.ts';
import { itemsOf, sectionsOf } from './walk.ts';

/** PVE's tools keep these as lists; of any other section they take one only. */
const LISTS = ['node', 'interface'];

/**
 * Where Proxmox VE's own parser would read another configuration than corosync does, or none. It splits the file at
 * white space, takes exactly one word as a value, cuts at `#` anywhere, and knows a section by the word before a free
 * standing `{` (PVE/Corosync.pm:parse_conf). A file like that works until pvecm or the web interface rewrites it.
 *
 * @returns an error finding for each such line; empty for a file that both read alike
 */
export const pveObstacles = (conf: CorosyncConf): readonly Finding[] => [
  ...itemsOf(conf)
    .filter((visit) => !isOneWord(visit.entry))
    .map(valueNotOneWord),
  ...sectionsOf(conf)
    .filter((visit) => !isOpenedByWord(visit.entry))
    .map(braceNotApart),
  ...sectionsOf(conf).filter(isRepeated).map(sectionRepeated),
];

const isOneWord = ({ raw, key, value }: Item): boolean => {
  const words = raw.trim().split(/\s+/);
  return words.length === 2 && words[0] === `${key}:` && words[1] === value && !raw.includes('#');
};

const isOpenedByWord = ({ opening, name }: Section): boolean => {
  const [word, brace, ...rest] = opening.trim().split(/\s+/);
  return word === name && brace === '{' && rest.length === 0 && !opening.includes('#');
};

const isRepeated = ({ entry, path }: Visit<Section>, index: number, all: readonly Visit<Section>[]): boolean =>
  !LISTS.includes(entry.name) && all.findIndex((other) => other.path === path) !== index;

const valueNotOneWord = ({ path, line }: Visit<Item>): Finding =>
  error(
    'pve_value_not_one_word',
    path,
    'Proxmox VE needs "key: value" with one blank or more between and a value of one word without "#". Use a wrapper script for a command with arguments.',
    { line },
  );
const braceNotApart = ({ path, line }: Visit<Section>): Finding =>
  error('pve_brace_not_apart', path, 'Proxmox VE needs one word without "#", a blank and "{" to open a section.', {
    line,
  });
const sectionRepeated = ({ path, line }: Visit<Section>): Finding =>
  error('pve_section_repeated', path, 'Proxmox VE reads a section only once. Join the two.', { line });
