import { error, fail, succeed, type Finding, type Result } from '../../finding.ts';
import { clusterName, type ClusterName } from '../../names.ts';
import { cmapOf, type Cmap } from './cmap.ts';
import { readDevice, type ConfDevice } from './read-device.ts';
import { readNodes, type ConfNode } from './read-nodes.ts';
import { readQuorumOptions, type QuorumOptions } from './read-quorum.ts';
import type { CorosyncConf } from './tree.ts';

/** What a corosync.conf says of its cluster, as corosync will take it. */
export interface ConfView {
  readonly clusterName: ClusterName;
  readonly configVersion: number;
  /** In the file's order. */
  readonly nodes: readonly ConfNode[];
  readonly quorum: QuorumOptions & { readonly device: ConfDevice | null };
}

/**
 * Reads the tree as corosync does: the last of equal keys wins, sections of one name are one.
 *
 * @returns the view, or an error finding for each thing that is missing or malformed
 */
export const readConf = (conf: CorosyncConf): Result<ConfView> => {
  const cmap = cmapOf(conf);
  const name = readClusterName(cmap);
  const version = readConfigVersion(cmap);
  const nodes = readNodes(cmap);
  const device = readDevice(cmap);
  return name.ok && version.ok && nodes.ok && device.ok
    ? succeed({
        clusterName: name.value,
        configVersion: version.value,
        nodes: nodes.value,
        quorum: { ...readQuorumOptions(cmap), device: device.value },
      })
    : fail(...[name, version, nodes, device].flatMap((part) => part.findings));
};

const readClusterName = (cmap: Cmap): Result<ClusterName> => {
  const stored = cmap.get('totem.cluster_name');
  if (!stored) return fail(clusterNameMissing());
  const name = clusterName(stored.text);
  return name.ok ? name : fail(clusterNameNotAllowed(stored.line));
};

const readConfigVersion = (cmap: Cmap): Result<number> => {
  const stored = cmap.get('totem.config_version');
  if (stored?.number === undefined || stored.number === null) return fail(configVersionMissing());
  return stored.number <= BigInt(Number.MAX_SAFE_INTEGER)
    ? succeed(Number(stored.number))
    : fail(configVersionTooHigh(stored.line));
};

const clusterNameMissing = (): Finding =>
  error(
    'cluster_name_missing',
    'totem.cluster_name',
    'The file gives no cluster name, without which corosync-qdevice does not start. Add totem.cluster_name.',
  );
const clusterNameNotAllowed = (line: number): Finding =>
  error(
    'cluster_name_not_allowed',
    'totem.cluster_name',
    'The cluster name must be 1 to 63 letters, digits, "-" or "_", because it becomes the name in a certificate. Rename the cluster.',
    { line },
  );
const configVersionMissing = (): Finding =>
  error(
    'config_version_missing',
    'totem.config_version',
    'The file carries no config_version, so a change cannot be told from the file before it. Add totem.config_version.',
  );
const configVersionTooHigh = (line: number): Finding =>
  error(
    'config_version_too_high',
    'totem.config_version',
    'The config_version is above 2^53 and cannot be counted on reliably. Set a smaller one on every node.',
    { line },
  );
