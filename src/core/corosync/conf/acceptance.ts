import { checkOf } from './known-keys.ts';
import type { Item, Visit } from './tree.ts';

/**
 * What corosync refuses beyond the shape of the lines: names that its configuration map cannot hold, values of the
 * wrong kind, keys and sections where none are allowed (coroparse.c:main_config_parser_cb, icmap.c).
 */
export type ContentFault =
  | 'path_too_long'
  | 'key_name_not_allowed'
  | 'key_not_allowed_here'
  | 'value_not_allowed'
  | 'subsection_not_allowed_here'
  | 'logger_subsys_missing'
  | 'logging_daemon_name_missing';

/** ICMAP_KEYNAME_MAXLEN; parse_section refuses a path that, with a dot it always counts, reaches it. */
const PATH_LIMIT = 255;
/** ICMAP_KEYNAME_MINLEN. */
const MIN_PATH_BYTES = 3;
/** icmap.c:icmap_is_valid_name_char */
const PATH = /^[a-zA-Z0-9._/:-]+$/;

/**
 * Sections in which no other section may stand. corosync 3.1.10 refuses one in `uidgid` and in `member`; of one in
 * the others the releases make different keys, and 3.1.7 frees a logger's memory twice.
 */
const WITHOUT_SUBSECTIONS = [
  ...['uidgid', 'totem.interface.member', 'nodelist.node'],
  ...['logging.logger_subsys', 'logging.logging_daemon'],
];

const ONLY_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['uidgid', ['uidgid.uid', 'uidgid.gid']],
  ['totem.interface.member', ['totem.interface.member.memberaddr']],
]);

/** Values that become part of a key: `logging.logger_subsys.<subsys>.debug`. */
const NAMING_KEYS = ['logging.logger_subsys.subsys', 'logging.logging_daemon.subsys', 'logging.logging_daemon.name'];

/** True when a name has no room in its section's path. So sections are at most 127 deep. */
export const pathIsTooLong = (sectionPath: string, name: string): boolean =>
  sectionPath.length + name.length + 1 >= PATH_LIMIT;

/** @param around the nearest known section around a section @returns why corosync would not have one there, or null */
export const faultOfSection = (around: string | null): ContentFault | null =>
  around !== null && WITHOUT_SUBSECTIONS.includes(around) ? 'subsection_not_allowed_here' : null;

/** @returns why corosync would refuse the item where it stands, or null */
export const faultOfItem = ({ entry, path, known }: Omit<Visit<Item>, 'line'>): ContentFault | null => {
  if (path.length < MIN_PATH_BYTES || !PATH.test(path)) return 'key_name_not_allowed';
  const onlyKeys = known === null ? undefined : ONLY_KEYS.get(known);
  if (onlyKeys && !onlyKeys.includes(path)) return 'key_not_allowed_here';
  if (NAMING_KEYS.includes(path) && entry.value !== '' && !PATH.test(entry.value)) return 'value_not_allowed';
  const check = checkOf(path, entry.key, known);
  return check && !check(entry.value) ? 'value_not_allowed' : null;
};

/** The key without which a section may not end, and what it is called when it is missing. */
const REQUIRED_KEYS: ReadonlyMap<string, readonly [key: string, fault: ContentFault]> = new Map([
  ['logging.logger_subsys', ['subsys', 'logger_subsys_missing']],
  ['logging.logging_daemon', ['name', 'logging_daemon_name_missing']],
]);

/** @param keys the keys that stood in the section @returns why corosync would not let it end here, or null */
export const faultOfEnd = (path: string, keys: readonly string[]): ContentFault | null => {
  const [key, fault] = REQUIRED_KEYS.get(path) ?? [];
  return key !== undefined && fault !== undefined && !keys.includes(key) ? fault : null;
};
