import { expect, it } from 'vitest';
import { Service } from './service.ts';
import { Inventory } from './inventory.ts';
import { configsAt, describeWorld, differencesSince, packagesAt, stepsOf, treesAt, watched } from './world.ts';

const DYING_MAIN = new URL('./dying-service.ts', import.meta.url).pathname;

/** Every step whose failure leaves something to be undone, in the order of an onboarding. */
const FAILING = [
  'request-key',
  'issue-certificate',
  'install-certificate',
  'guard-config',
  'write-config',
  'reload',
  'await-config',
  'start-qdevice',
  'confirm-vote',
  'record-onboarding',
];

describeWorld('Undo', {}, (world) => {
  it.each([
    ['duo', {}, FAILING],
    ['trio', { acceptOddNodeRisk: true }, ['write-config', 'start-qdevice', 'confirm-vote']],
    ['pve', {}, ['write-config', 'await-config', 'start-qdevice']],
    // Nothing of the device was installed here: what came with it goes again.
    ['raw', {}, ['start-qdevice']],
  ])(
    'leaves %s exactly as it was but for config_version, whichever step fails (invariants 1, 9, 13)',
    async (name, options, steps) => {
      const first = await Service.start({ main: DYING_MAIN });
      try {
        const inventory = await Inventory.begin(first.client, world().lab);
        await world().lab.reset('arbiter');
        const prepared = await inventory.prepareArbiter();
        expect(prepared.state, stepsOf(prepared)).toBe('done');
        const id = await inventory.register(name);
        const pristine = await treesAt(world().lab, name);
        const configs = await configsAt(world().lab, name);
        const packages = await packagesAt(world().lab, name);
        for (const step of steps) {
          await first.restart({ FAIL_AT: `${step} *` });
          const { result: job } = await watched(world(), [name], () => inventory.onboard(id, options));
          expect(job.state, stepsOf(job)).toBe('undone');
          expect(
            job.steps.some((done) => done.name === step && done.finding?.code === 'step_crashed'),
            stepsOf(job),
          ).toBe(true);
          expect(await differencesSince(world().lab, name, pristine), `after ${step} failed`).toEqual([]);
          expect(await configsAt(world().lab, name), `after ${step} failed`).toEqual(configs);
          expect(await packagesAt(world().lab, name), `after ${step} failed`).toEqual(packages);
        }
      } finally {
        await first.stop();
      }
    },
  );
});
