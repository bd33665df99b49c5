import { numberInAnyBase, signedNumber, unsignedNumber } from './number.ts';

/**
 * The keys whose values corosync checks while it parses, from coroparse.c:main_config_parser_cb. A file with another
 * value is refused whole: at a start corosync stops, at a reload it keeps what it has. Up to 3.1.9 it does worse with a
 * 64-bit key (`config_version`, `poll_period`): it fails an assertion and aborts, and the node is gone (measured on
 * Debian 12: `corosync -t`, "Assertion `safe_atoq_range(…) == 0' failed").
 *
 * Where the releases differ (3.1.7 of Debian 12 up to 3.1.10) the stricter stands, so that what passes here passes
 * on every node. What depends on the node itself is not judged: which ciphers, hashes and compressions its libknet
 * has, and whether a user of a `uidgid` section exists.
 */
type Check = (value: string) => boolean;

const between =
  (min: bigint, max: bigint): Check =>
  (value) => {
    const number = signedNumber(value);
    return number !== null && number >= min && number <= max;
  };
const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    allowed.includes(value);
const each = (check: Check, ...keys: readonly string[]): readonly (readonly [string, Check])[] =>
  keys.map((key) => [key, check] as const);

const uint8 = between(0n, 255n);
const uint16 = between(0n, 65_535n);
const uint32 = between(0n, 4_294_967_295n);
const int32 = between(-2_147_483_648n, 2_147_483_647n);
const uint64: Check = (value) => unsignedNumber(value) !== null;

const DSCP_NAME = /^(cs[0-7]|af[1-4][1-3]|ef)$/;
/** 3.1.10 checks it; before, it was any text. */
const dscp: Check = (value) => {
  const number = numberInAnyBase(value);
  return DSCP_NAME.test(value) || (number !== null && number >= 0 && number <= 63);
};

const TOTEM_UINT32 = [
  ...['version', 'nodeid', 'threads', 'token', 'token_coefficient', 'token_retransmit', 'token_warning', 'hold'],
  ...['token_retransmits_before_loss_const', 'join', 'send_join', 'consensus', 'merge', 'downcheck'],
  ...['fail_recv_const', 'seqno_unchanged_const', 'heartbeat_failures_allowed', 'max_network_delay', 'window_size'],
  ...['max_messages', 'miss_count_const', 'knet_pmtud_interval', 'knet_mtu', 'knet_compression_threshold', 'netmtu'],
  // Checked up to 3.1.7, gone since.
  ...['rrp_token_expired_timeout', 'rrp_problem_count_timeout', 'rrp_problem_count_threshold'],
  ...['rrp_problem_count_mcast_threshold', 'rrp_autorecovery_check_timeout'],
];

const INTERFACE_UINT32 = ['knet_ping_interval', 'knet_ping_timeout', 'knet_ping_precision', 'knet_pong_count'];

const QUORUM_FLAGS = [
  ...['two_node', 'expected_votes_tracking', 'allow_downscale', 'wait_for_all', 'auto_tie_breaker'],
  'last_man_standing',
];

type KnownKeys = ReadonlyMap<string, Check>;

/** By section: the names that give a section a meaning, with the checks on its own keys. */
const KNOWN_SECTIONS: ReadonlyMap<string, KnownKeys> = new Map([
  [
    'totem',
    new Map([
      ...each(uint32, ...TOTEM_UINT32),
      ...each(int32, 'knet_compression_level'),
      ...each(uint64, 'config_version'),
      ...each(oneOf('ipv4', 'ipv6', 'ipv6-4', 'ipv4-6'), 'ip_version'),
      ...each(dscp, 'ip_dscp'),
    ]),
  ],
  [
    'totem.interface',
    new Map([
      ...each(uint8, 'linknumber', 'ttl', 'knet_link_priority'),
      ...each(uint16, 'mcastport'),
      ...each(uint32, ...INTERFACE_UINT32),
    ]),
  ],
  ['totem.interface.member', new Map()],
  [
    'quorum',
    new Map([
      ...each(uint32, 'expected_votes', 'votes', 'last_man_standing_window', 'leaving_timeout'),
      ...each(uint8, ...QUORUM_FLAGS),
    ]),
  ],
  ['quorum.device', new Map([...each(uint32, 'timeout', 'sync_timeout', 'votes'), ...each(uint8, 'master_wins')])],
  ['nodelist', new Map()],
  ['nodelist.node', new Map([...each(uint32, 'nodeid', 'quorum_votes')])],
  [
    'system',
    new Map([
      ...each(oneOf('native', 'shm', 'socket'), 'qb_ipc_type'),
      ...each(oneOf('yes', 'no'), 'sched_rr', 'allow_knet_handle_fallback'),
      ...each(oneOf('yes', 'no', 'auto'), 'move_to_root_cgroup'),
    ]),
  ],
  ['logging.logger_subsys', new Map()],
  ['logging.logging_daemon', new Map()],
  ['uidgid', new Map()],
  ['resources', new Map([...each(uint32, 'watchdog_timeout')])],
  ['resources.system', new Map([...each(uint64, 'poll_period')])],
  ['resources.system.memory_used', new Map([...each(uint64, 'poll_period')])],
  ['resources.process', new Map([...each(uint64, 'poll_period')])],
  ['resources.process.memory_used', new Map([...each(uint64, 'poll_period')])],
]);

/** The section's own path when it is a known one, else that of the nearest known section around it, else null. */
export const knownSection = (path: string, around: string | null): string | null =>
  KNOWN_SECTIONS.has(path) ? path : around;

/**
 * @param path the item's path; in `resources` corosync looks at the key alone, elsewhere at the whole path
 * @param known the nearest known section around the item
 * @returns the check that corosync puts the value to, or null when any text will do
 */
export const checkOf = (path: string, key: string, known: string | null): Check | null => {
  if (known === null) return null;
  const name = known.startsWith('resources') ? key : path.slice(known.length + 1);
  return KNOWN_SECTIONS.get(known)?.get(name) ?? null;
};

const READERS: ReadonlyMap<Check, (value: string) => bigint | null> = new Map([
  ...[uint8, uint16, uint32, int32].map((check) => [check, signedNumber] as const),
  [uint64, unsignedNumber],
]);

/**
 * How corosync keeps a value: a number when its key is known as one in its own section, else text. The same path
 * written otherwise (`quorum.two_node: 1` outside any section) becomes text, which votequorum's icmap_get_uint8 does
 * not see.
 */
export const numberOf = (value: string, path: string, key: string, known: string | null): bigint | null => {
  const check = checkOf(path, key, known);
  const reader = check && READERS.get(check);
  return reader ? reader(value) : null;
};
