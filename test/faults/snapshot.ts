import type { LabHost } from '../lab/host.ts';
import { treeDiff, type FileTree } from '../lab/tree.ts';

/** What a host holds, as far as a job may change it. */
export interface HostSnapshot {
  readonly host: string;
  readonly tree: FileTree;
  /** corosync.conf but for the value that every reload has to raise; empty on an arbiter. */
  readonly config: string;
  /** dpkg's own files list the packages in the order of its last work, and so are no measure. */
  readonly packages: string;
}

export type Snapshot = readonly HostSnapshot[];

const CONFIG = '/etc/corosync/corosync.conf';
const COMPARED_APART = [CONFIG, '/etc/pve/corosync.conf', '/var/lib/dpkg/status', '/var/lib/dpkg/status-old'];

export const snapshotOf = (hosts: readonly LabHost[]): Promise<Snapshot> =>
  Promise.all(
    hosts.map(async (host) => {
      const [tree, config, packages] = await Promise.all([
        host.tree(),
        host.run(['cat', CONFIG], { allowFailure: true }),
        host.run('dpkg-query -W | sort'),
      ]);
      return { host: host.name, tree, config: withoutVersion(config.stdout), packages: packages.stdout };
    }),
  );

const withoutVersion = (text: string): string => text.replace(/config_version: *\d+/, 'config_version: *');

/**
 * What differs, one line each.
 * @param alike whether two jobs of one kind are compared, each of which has ids, keys and certificates of its own
 */
export const differencesOf = (expected: Snapshot, found: Snapshot, { alike = false } = {}): string[] =>
  expected.flatMap((one) => {
    const other = found.find(({ host }) => host === one.host);
    if (!other) return [`${one.host}: not looked at`];
    const trees = alike ? [likened(one.tree), likened(other.tree)] : [one.tree, other.tree];
    return [
      ...treeDiff(trees[0] ?? one.tree, trees[1] ?? other.tree).filter(
        (line) => !COMPARED_APART.some((path) => line.startsWith(`${path}:`)),
      ),
      ...(one.config === other.config ? [] : [`${CONFIG} differs by more than its version`]),
      ...(one.packages === other.packages ? [] : ['other packages are installed']),
    ].map((line) => `${one.host}: ${line}`);
  });

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

const likened = (tree: FileTree): FileTree => ({
  ...tree,
  entries: Object.fromEntries(
    Object.entries(tree.entries).map(([path, entry]) => [
      path.replace(UUID, 'ID'),
      path.includes('/nssdb') ? entry.replace(UUID, 'ID').replace(/ [0-9a-f]{64}$/, ' CONTENT') : entry,
    ]),
  ),
});
