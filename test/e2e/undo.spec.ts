import { expect, it } from 'vitest';
import { treeDiff, type FileTree } from '../lab/tree.ts';
import { Service } from './service.ts';
import { Inventory } from './inventory.ts';
import { describeWorld, stepsOf, watched, type World } from './world.ts';

const DYING_MAIN = new URL('./dying-service.ts', import.meta.url).pathname;

/** Every step whose failure leaves something to be undone, in the order of an onboarding. */
const FAILING = ['request-key', 'issue-certificate', 'install-certificate', 'guard-config', 'write-config', 'reload', 'await-config', 'start-qdevice', 'confirm-vote', 'record-onboarding'];

describeWorld('Undo', {}, (world) => {
  it.each([
    ['duo', {}, FAILING],
    ['trio', { acceptOddNodeRisk: true }, ['write-config', 'start-qdevice', 'confirm-vote']],
    ['pve', {}, ['write-config', 'await-config', 'start-qdevice']],
  ])('leaves %s exactly as it was but for config_version, whichever step fails (invariants 1, 9, 13)', async (name, options, steps) => {
    const first = await Service.start({ main: DYING_MAIN });
    try {
      const inventory = await Inventory.begin(first.client, world().lab);
      await world().lab.reset('arbiter');
      const prepared = await inventory.prepareArbiter();
      expect(prepared.state, stepsOf(prepared)).toBe('done');
      const id = await inventory.register(name);
      const pristine = await treesAt(world(), name);
      for (const step of steps) {
        await first.restart({ FAIL_AT: `${step} *` });
        const { result: job } = await watched(world(), [name], () => inventory.onboard(id, options));
        expect(job.state, stepsOf(job)).toBe('undone');
        expect(job.steps.some((done) => done.name === step && done.finding?.code === 'step_crashed'), stepsOf(job)).toBe(true);
        expect(await differences(world(), name, pristine), `after ${step} failed`).toEqual([]);
      }
    } finally {
      await first.stop();
    }
  });
});

type Trees = Readonly<Record<string, FileTree>>;

const treesAt = async ({ lab }: World, name: string): Promise<Trees> =>
  Object.fromEntries(await Promise.all(lab.cluster(name).nodes.map(async (node) => [node.name, await node.tree()] as const)));

/** What differs on any node, beside the one line of corosync.conf that an undo has to change. */
const differences = async (world: World, name: string, before: Trees): Promise<string[]> => {
  const after = await treesAt(world, name);
  const lines = Object.entries(before).flatMap(([node, tree]) => treeDiff(tree, after[node] ?? tree).map((line) => `${node}: ${line}`));
  return lines.filter((line) => !line.includes('corosync.conf'));
};
