import { untilFormed } from '../lab/formation.ts';
import type { LabHost } from '../lab/host.ts';
import { until } from '../lab/waiting.ts';

/** What an administrator does to a cluster by hand, with an editor and the vendor's tools. */
export const CONF = '/etc/corosync/corosync.conf';

export type Edit = (text: string) => string;

export const onEach = <T>(nodes: readonly LabHost[], act: (node: LabHost) => Promise<T>): Promise<T[]> =>
  Promise.all(nodes.map(act));

/** @throws Error where there is none */
export const firstOf = ([first]: readonly LabHost[]): LabHost => {
  if (!first) throw new Error('a cluster has nodes');
  return first;
};

/** Writes what `edit` makes of each node's corosync.conf, whatever corosync thinks of it. */
export const rewrite = (nodes: readonly LabHost[], edit: Edit): Promise<unknown> =>
  onEach(nodes, async (node) => node.writeFile(CONF, edit(await node.readFile(CONF))));

const versionOf = (text: string): number => Number(/config_version: (\d+)/.exec(text)?.[1]);

/** Raises config_version by one. */
export const newer: Edit = (text) => text.replace(/config_version: \d+/, `config_version: ${versionOf(text) + 1}`);

/** Has every node run what `edit` makes of the first one's file, under the next version. */
export const reload = async (nodes: readonly LabHost[], edit: Edit = (text) => text): Promise<void> => {
  const text = newer(edit(await firstOf(nodes).readFile(CONF)));
  await onEach(nodes, (node) => node.writeFile(CONF, text));
  await firstOf(nodes).run('corosync-cfgtool -R');
  await onEach(nodes, untilItRunsItsFile);
};

export const untilItRunsItsFile = async (node: LabHost): Promise<void> => {
  const version = versionOf(await node.readFile(CONF));
  await until(`${node.name} runs version ${version}`, async () => {
    const { stdout } = await node.run('corosync-cmapctl -g totem.config_version', { allowFailure: true });
    return stdout.trim().endsWith(`= ${version}`);
  });
};

/** Waits until a node's membership has so many members. */
export const untilItSees = (node: LabHost, members: number): Promise<void> =>
  until(`${node.name} sees ${members} nodes`, async () => {
    const { stdout } = await node.run('corosync-quorumtool -s', { allowFailure: true });
    return new RegExp(`^Nodes:\\s+${members}$`, 'm').test(stdout);
  });

/** Puts a line at the top of a section. */
export const addLine =
  (section: string, line: string): Edit =>
  (text) =>
    text.replace(`${section} {\n`, `${section} {\n  ${line}\n`);

export const removeLine =
  (line: string): Edit =>
  (text) =>
    text.replace(`  ${line}\n`, '');

/** Gives a cluster another name, which corosync takes at a start only. */
export const rename = async (nodes: readonly LabHost[], name: string): Promise<void> => {
  await rewrite(nodes, (text) => text.replace(/cluster_name: .*/, `cluster_name: ${name}`));
  await onEach(nodes, (node) => node.run('systemctl restart corosync'));
  await untilFormed(nodes);
};
