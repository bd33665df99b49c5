import { deviceObstacles } from '../../../src/core/corosync/conf/check.ts';
import { onlyAllowedDifference } from '../../../src/core/corosync/conf/difference.ts';
import { addDevice, removeDevice } from '../../../src/core/corosync/conf/edit.ts';
import { netDevice } from '../../../src/core/corosync/conf/net-device.ts';
import { parse } from '../../../src/core/corosync/conf/parse.ts';
import { print } from '../../../src/core/corosync/conf/print.ts';
import { pveObstacles } from '../../../src/core/corosync/conf/pve.ts';
import { readConf, type ConfView } from '../../../src/core/corosync/conf/read.ts';
import type { CorosyncConf } from '../../../src/core/corosync/conf/tree.ts';
import type { Finding, Result } from '../../../src/core/finding.ts';
import type { HostAddress } from '../../../src/core/names.ts';
import { realFile, realFiles } from '../../core/corosync/conf/real-files.ts';
import { mutatedText, textSeeds } from '../mutate-text.ts';
import { below, firstLie, pick, type Target } from '../target.ts';

interface Judged {
  readonly conf: Result<CorosyncConf>;
  readonly view: Result<ConfView> | null;
  readonly obstacles: readonly Finding[];
}

const SECTIONS = [
  'totem',
  'nodelist',
  'node',
  'quorum',
  'device',
  'net',
  'logging',
  'logger_subsys',
  'interface',
  'uidgid',
  'x',
];
const KEYS = [
  'config_version',
  'cluster_name',
  'nodeid',
  'ring0_addr',
  'two_node',
  'provider',
  'model',
  'votes',
  'host',
  'tls',
  'algorithm',
  'subsys',
  'debug',
  'mcastaddr',
];
const seeds = textSeeds(realFiles.map(realFile), [
  '{',
  '}',
  '#',
  ...SECTIONS.map((name) => `${name} {`),
  ...KEYS.map((key) => `${key}:`),
]);

/** Many small entries, deep or wide: what no file has, but a hostile node can show. */
const monster = (unit: string, size: number, closing = ''): string => {
  const count = Math.ceil(size / (unit.length + closing.length));
  return unit.repeat(count) + closing.repeat(count);
};
const MONSTERS_ONE_IN = 3_000;
const UNITS: readonly (readonly [string, string?])[] = [
  ['a {\n', '}\n'],
  ['a {\n}\n'],
  ['a:\n'],
  ['\n'],
  ['node {\nnodeid: 1\nring0_addr: a\n}\n'],
  ['quorum {\ntwo_node: 1\n}\n'],
];

/** A file that is read as it stands, whatever else it says: the shapes for which a reader could be quadratic. */
const monstrous = (chance: Parameters<Target['draw']>[0]): string => {
  const [unit, closing] = pick(UNITS, chance);
  const size = 2 ** (8 + below(10, chance));
  const many = chance() < 0.5 ? monster(unit, size, closing) : numbered(size);
  return chance() < 0.5 ? many : `${'a {\n'.repeat(100)}${many}${'}\n'.repeat(100)}`;
};
const numbered = (size: number): string =>
  Array.from({ length: Math.ceil(size / 14) }, (_, index) => `a${index} {\n}\n`).join('');

/** Where corosync finds each value, in as few words as the rules have; later ones replace earlier ones. */
const valuesIn = (text: string): Map<string, string> => {
  const values = new Map<string, string>();
  const path: string[] = [];
  for (const line of text.split('\n').map((raw) => raw.replace(/\r$/, '').replace(/^[ \t]+|[ \t]+$/g, ''))) {
    if (line === '' || line.startsWith('#')) continue;
    const brace = line.indexOf('{');
    const colon = line.indexOf(':');
    if (brace >= 0) path.push(line.slice(0, brace).replace(/(?<!^)[ \t:]+$/, ''));
    else if (colon >= 0)
      values.set([...path, line.slice(0, colon).trimEnd()].join('.'), line.slice(colon + 1).replace(/^[ \t]+/, ''));
    else path.pop();
  }
  return values;
};

const DEVICE = netDevice('192.0.2.1' as HostAddress, 'ffsplit');

/** Adding a device and taking it out again leaves the file as it was; between the two nothing else differs (invariants 9, 13). */
const survivesTheDevice = (conf: CorosyncConf): boolean => {
  if (!DEVICE.ok) return false;
  const added = addDevice(conf, DEVICE.value);
  if (!added.ok) return true;
  const again = parse(print(added.value.conf));
  const removed = again.ok && removeDevice(again.value, added.value.setAside);
  return (
    again.ok &&
    onlyAllowedDifference(conf, again.value).length === 0 &&
    removed !== false &&
    removed.ok &&
    print(removed.value) === print(conf)
  );
};

const judgeView = (text: string, { clusterName, configVersion, nodes, quorum }: ConfView): string | null => {
  const values = valuesIn(text);
  const device = (key: string): string | undefined => values.get(`quorum.device.${key}`);
  return firstLie(
    ['another cluster name', () => values.get('totem.cluster_name') === clusterName],
    [
      'another config_version',
      () =>
        BigInt.asUintN(64, BigInt((values.get('totem.config_version') ?? '').trim().replace(/^\+/, ''))) ===
        BigInt(configVersion),
    ],
    [
      'a node that is not there',
      () =>
        nodes.every(
          ({ nodeId, addresses }) =>
            text.includes(String(nodeId)) && addresses.every(({ address }) => text.includes(address)),
        ),
    ],
    [
      'a device that is not there',
      () => (quorum.device === null) === ![...values.keys()].some((path) => path.startsWith('quorum.device.')),
    ],
    [
      'TLS required, which is not there',
      () => quorum.device?.net?.tls !== 'required' || device('net.tls')?.toLowerCase() === 'required',
    ],
    ['another arbiter', () => !quorum.device?.net || quorum.device.net.host === device('net.host')],
    [
      'another algorithm',
      () => !quorum.device?.net || quorum.device.net.algorithm === (device('net.algorithm') ?? 'ffsplit'),
    ],
  );
};

const conf: Target<string, Judged> = {
  name: 'corosync-conf',
  weight: 1,
  draw: (chance) =>
    below(MONSTERS_ONE_IN, chance) === 0 ? monstrous(chance) : mutatedText(pick(seeds.texts, chance), chance, seeds),
  read: (text) => {
    const read = parse(text);
    if (!read.ok) return { conf: read, view: null, obstacles: read.findings };
    return {
      conf: read,
      view: readConf(read.value),
      obstacles: [...deviceObstacles(read.value), ...pveObstacles(read.value)],
    };
  },
  takes: ({ conf: read }) => read.ok,
  judge: (text, { conf: read, view }) => {
    if (!read.ok) return read.findings.length === 1 ? null : 'not one finding';
    const lie = firstLie(
      ['what was read prints as something else', () => print(read.value) === text],
      ['a device comes and goes, and the file is another', () => survivesTheDevice(read.value)],
    );
    return lie ?? (view?.ok ? judgeView(text, view.value) : null);
  },
};

export const confTargets: readonly Target[] = [conf];
