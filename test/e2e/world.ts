import { afterAll, beforeAll, describe } from 'vitest';
import { Lab, labObstacle } from '../lab/lab.ts';
import type { SampleRecord } from '../lab/record.ts';
import { treeDiff, type FileTree } from '../lab/tree.ts';
import type { Client, JobView } from './client.ts';
import { Inventory } from './inventory.ts';
import { Service, type ServiceOptions } from './service.ts';

/** A lab that is up, the service running in its controller's network, and everything registered but the clusters. */
export interface World {
  readonly lab: Lab;
  readonly service: Service;
  readonly client: Client;
  readonly inventory: Inventory;
}

export interface WorldOptions extends ServiceOptions {
  /** The login on every host. */
  readonly user?: string;
}

/** Two looks of the sampler are about 50 ms apart; a machine that is busy with many hosts lets it wait now and then. */
export const STRICTNESS = { maxGapMs: 1_500, minPerSecond: 8 };

/**
 * A suite in the lab that the runner has brought up for it (see run.ts). Skipped, with the reason in its title, where the
 * machine cannot run a lab.
 */
export const describeWorld = (title: string, options: WorldOptions, body: (world: () => World) => void): void => {
  const obstacle = labObstacle();
  if (obstacle !== null) {
    describe.skip(`${title} (skipped: ${obstacle})`, () => body(absent));
    return;
  }
  describe(title, () => {
    let world: World | undefined;
    beforeAll(async () => {
      const lab = await Lab.attach();
      const service = await Service.start(options);
      world = { lab, service, client: service.client, inventory: await Inventory.begin(service.client, lab, options) };
    });
    afterAll(async () => {
      await world?.service.stop();
    });
    body(() => world ?? absent());
  });
};

const absent = (): never => {
  throw new Error('the world is there in tests only');
};

/**
 * Does something while every node of these clusters is watched, and asserts that none was inquorate for a moment (invariant 1).
 * @param only the nodes that are up, where not all are
 */
export const watched = async <T>(
  { lab }: World,
  clusters: readonly string[],
  work: () => Promise<T>,
  only: { readonly nodes?: readonly string[] } = {},
): Promise<{ result: T; record: SampleRecord }> => {
  const sampler = lab.sampler([...clusters]);
  await sampler.start();
  const result = await work().finally(() => undefined);
  const record = await sampler.stop();
  record.assertNeverInquorate({ ...STRICTNESS, ...only });
  return { result, record };
};

type Trees = Readonly<Record<string, FileTree>>;

/** What the file tree of each node of a cluster holds, beyond the machine's own. */
export const treesAt = async (lab: Lab, cluster: string): Promise<Trees> =>
  Object.fromEntries(
    await Promise.all(lab.cluster(cluster).nodes.map(async (node) => [node.name, await node.tree()] as const)),
  );

const COMPARED_APART = [
  '/etc/corosync/corosync.conf',
  '/etc/pve/corosync.conf',
  '/var/lib/dpkg/status',
  '/var/lib/dpkg/status-old',
];
const withoutVersion = (text: string): string => text.replace(/config_version: *\d+/, 'config_version: *');

/** corosync.conf of each node, but for the one value that an undo has to change. */
export const configsAt = async (lab: Lab, cluster: string): Promise<readonly string[]> =>
  Promise.all(
    lab.cluster(cluster).nodes.map(async (node) => withoutVersion(await node.readFile('/etc/corosync/corosync.conf'))),
  );

/** The packages that each node has: dpkg's own files list them in the order of its last work, and so are no measure. */
export const packagesAt = async (lab: Lab, cluster: string): Promise<readonly string[]> =>
  Promise.all(lab.cluster(cluster).nodes.map(async (node) => (await node.run('dpkg-query -W | sort')).stdout));

/** What differs between then and now on any node, beside what `configsAt` and `packagesAt` compare. */
export const differencesSince = async (lab: Lab, cluster: string, before: Trees): Promise<string[]> => {
  const after = await treesAt(lab, cluster);
  return Object.entries(before)
    .flatMap(([node, tree]) => treeDiff(tree, after[node] ?? tree).map((line) => `${node}: ${line}`))
    .filter((line) => !COMPARED_APART.some((path) => line.includes(`${path}:`)));
};

/** The file tree of each node of a cluster, as one digest a node. */
export const treesOf = async ({ lab }: World, cluster: string): Promise<Record<string, string>> => {
  const entries = await Promise.all(
    lab.cluster(cluster).nodes.map(async (node) => [node.name, await node.treeHash()] as const),
  );
  return Object.fromEntries(entries);
};

/** The codes of a problem's or a job's findings. */
export const codesOf = (findings: unknown): string[] =>
  Array.isArray(findings) ? findings.map((finding: { code: string }) => finding.code) : [];

/** A job's steps in one line each, for a message that helps. */
export const stepsOf = (job: JobView): string =>
  [
    `${job.kind} ${job.state} ${job.finding?.message ?? ''}`,
    ...job.steps.map((step) => `  ${step.name} ${step.subject} ${step.state} ${step.finding?.message ?? ''}`),
  ].join('\n');
