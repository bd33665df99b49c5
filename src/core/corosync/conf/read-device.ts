import { error, fail, succeed, type Finding, type Result } from '../../finding.ts';
import { nodeId } from '../../names.ts';
import type { Algorithm, TieBreaker } from '../tools/qnetd-tool.ts';
import type { Cmap } from './cmap.ts';
import { signedNumber } from './number.ts';

/** `quorum.device` as it will be in force, defaults filled in (corosync-qdevice(8)). */
export interface ConfDevice {
  readonly model: string;
  /** null when not written: votequorum then gives the device one vote less than there are nodes. */
  readonly votes: number | null;
  readonly timeoutMs: number;
  readonly syncTimeoutMs: number;
  readonly heuristics: 'off' | 'on' | 'sync';
  /** null unless the model is `net`. */
  readonly net: DeviceNet | null;
}

/** `quorum.device.net` */
export interface DeviceNet {
  /** As written: a name or an address. */
  readonly host: string;
  readonly port: number;
  readonly tls: 'off' | 'on' | 'required';
  readonly algorithm: Algorithm;
  readonly tieBreaker: TieBreaker;
  /** null when not written: 0.8 of the timeout. */
  readonly connectTimeoutMs: number | null;
  readonly forceIpVersion: 0 | 4 | 6;
  readonly keepActivePartitionTieBreaker: boolean;
}

/** QNETD_DEFAULT_HOST_PORT (corosync-qdevice, qnet-config.h) */
export const DEFAULT_PORT = 5403;
/** VOTEQUORUM_QDEVICE_DEFAULT_TIMEOUT and …_SYNC_TIMEOUT (corosync/votequorum.h) */
const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_SYNC_TIMEOUT_MS = 30_000;

/** A key's text turned into its value; null when corosync-qdevice would refuse it. */
type Reader<T> = (text: string) => T | null;

/**
 * @returns the device, null when there is none, or what corosync-qdevice would refuse at its start
 * (qdevice-net-instance.c:qdevice_net_instance_init_from_cmap, qdevice-instance.c)
 */
export const readDevice = (cmap: Cmap): Result<ConfDevice | null> => {
  if (![...cmap.keys()].some((path) => path.startsWith('quorum.device.'))) return succeed(null);
  const model = cmap.get('quorum.device.model')?.text ?? '';
  const heuristics = readKey(cmap, 'heuristics.mode', 'off', toHeuristics, 'on, off or sync');
  const net = model === 'net' ? readNet(cmap) : succeed(null);
  const findings = [...(model === '' ? [modelMissing()] : []), ...heuristics.findings, ...net.findings];
  if (!heuristics.ok || !net.ok || model === '') return fail(...findings);
  return succeed({
    model,
    votes: numberOf(cmap, 'votes'),
    timeoutMs: numberOf(cmap, 'timeout') ?? DEFAULT_TIMEOUT_MS,
    syncTimeoutMs: numberOf(cmap, 'sync_timeout') ?? DEFAULT_SYNC_TIMEOUT_MS,
    heuristics: heuristics.value,
    net: net.value,
  });
};

const readNet = (cmap: Cmap): Result<DeviceNet> => {
  const host = readKey(cmap, 'net.host', null, toText, 'a name or an address');
  const port = readKey(cmap, 'net.port', DEFAULT_PORT, toNumber(1, 65_535), 'a port, 1 to 65535');
  const tls = readKey(cmap, 'net.tls', 'on', toTls, 'on, off or required');
  const algorithm = readKey(cmap, 'net.algorithm', 'ffsplit', toAlgorithm, 'ffsplit or lms');
  const tieBreaker = readKey(cmap, 'net.tie_breaker', 'lowest', toTieBreaker, 'lowest, highest or a node id');
  const connect = readKey(cmap, 'net.connect_timeout', null, toNumber(1_000, 120_000), '1000 to 120000 ms');
  const ipVersion = readKey(cmap, 'net.force_ip_version', 0, toIpVersion, '0, 4 or 6');
  const keep = readKey(cmap, 'net.keep_active_partition_tie_breaker', true, toSwitch, 'on or off');
  if (host.ok && port.ok && tls.ok && algorithm.ok && tieBreaker.ok && connect.ok && ipVersion.ok && keep.ok) {
    if (host.value === null) return fail(hostMissing());
    return succeed({
      host: host.value,
      port: port.value,
      tls: tls.value,
      algorithm: algorithm.value,
      tieBreaker: tieBreaker.value,
      connectTimeoutMs: connect.value,
      forceIpVersion: ipVersion.value,
      keepActivePartitionTieBreaker: keep.value,
    });
  }
  return fail(...[host, port, tls, algorithm, tieBreaker, connect, ipVersion, keep].flatMap((key) => key.findings));
};

const readKey = <T, const U>(
  cmap: Cmap,
  key: string,
  ifAbsent: U,
  reader: Reader<T>,
  allowed: string,
): Result<T | U> => {
  const stored = cmap.get(`quorum.device.${key}`);
  if (!stored) return succeed(ifAbsent);
  const value = reader(stored.text);
  return value === null ? fail(notAllowed(key, allowed, stored.line)) : succeed(value);
};

const numberOf = (cmap: Cmap, key: string): number | null => {
  const stored = cmap.get(`quorum.device.${key}`)?.number ?? null;
  return stored === null ? null : Number(stored);
};

const toText: Reader<string> = (text) => (text === '' ? null : text);

const toNumber =
  (min: number, max: number): Reader<number> =>
  (text) => {
    const number = signedNumber(text);
    return number !== null && number >= min && number <= max ? Number(number) : null;
  };

/** utils.c:utils_parse_bool_str, which does not mind the case. */
const toSwitch: Reader<boolean> = (text) => {
  if (/^(yes|on|1)$/i.test(text)) return true;
  return /^(no|off|0)$/i.test(text) ? false : null;
};

const toTls: Reader<DeviceNet['tls']> = (text) => {
  if (/^required$/i.test(text)) return 'required';
  const on = toSwitch(text);
  return on === null ? null : on ? 'on' : 'off';
};

const toHeuristics: Reader<ConfDevice['heuristics']> = (text) => {
  if (/^sync$/i.test(text)) return 'sync';
  const on = toSwitch(text);
  return on === null ? null : on ? 'on' : 'off';
};

const ALGORITHMS: readonly Algorithm[] = ['test', 'ffsplit', '2nodelms', 'lms'];
const toAlgorithm: Reader<Algorithm> = (text) => ALGORITHMS.find((algorithm) => algorithm === text) ?? null;

const toTieBreaker: Reader<TieBreaker> = (text) =>
  text === 'lowest' || text === 'highest' ? text : nodeId(Number(signedNumber(text) ?? 0n));

const IP_VERSIONS = [0, 4, 6] as const;
const toIpVersion: Reader<DeviceNet['forceIpVersion']> = (text) => {
  const number = signedNumber(text);
  return IP_VERSIONS.find((version) => number === BigInt(version)) ?? null;
};

const modelMissing = (): Finding =>
  error('device_model_missing', 'quorum.device', 'There is a device section without a model. Remove it.');
const hostMissing = (): Finding =>
  error('device_host_missing', 'quorum.device.net.host', 'The device names no arbiter. Give quorum.device.net.host.');
const notAllowed = (key: string, allowed: string, line: number): Finding =>
  error('device_value_not_allowed', `quorum.device.${key}`, `corosync-qdevice takes ${allowed} here.`, { line });
