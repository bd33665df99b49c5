import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab, labObstacle } from '../lab/lab.ts';
import type { JobView } from './client.ts';
import { Inventory } from './inventory.ts';
import { Service } from './service.ts';
import { configsAt, differencesSince, STRICTNESS, stepsOf, treesAt } from './world.ts';

const DYING_MAIN = new URL('./dying-service.ts', import.meta.url).pathname;

const STEPS = [
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
const UNDONE = ['start-qdevice', 'guard-config', 'install-certificate', 'issue-certificate', 'request-key'];

interface Death {
  readonly title: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ends: JobView['state'];
}

/** Each step died in after its effect and before its record, and once before its effect; then each undo that has one. */
const DEATHS: readonly Death[] = [
  ...STEPS.map((step) => ({
    title: `after ${step}, before its record`,
    env: { DIE_AT: `effected ${step} *` },
    ends: 'done' as const,
  })),
  ...['install-certificate', 'write-config', 'start-qdevice'].map((step) => ({
    title: `before ${step}, after its intent`,
    env: { DIE_AT: `intended ${step} *` },
    ends: 'done' as const,
  })),
  ...UNDONE.map((step) => ({
    title: `after the undo of ${step}, before its record`,
    env: { FAIL_AT: 'confirm-vote *', DIE_AT: `effected ${step} * undo` },
    ends: 'undone' as const,
  })),
];

const obstacle = labObstacle();

describe.skipIf(obstacle !== null)(
  `kill -9 of the service${obstacle === null ? '' : ` (skipped: ${obstacle})`}`,
  () => {
    let lab: Lab;
    let service: Service;
    let inventory: Inventory;

    beforeAll(async () => {
      lab = await Lab.attach();
      service = await Service.start({ main: DYING_MAIN });
      inventory = await Inventory.begin(service.client, lab);
    });
    afterAll(async () => {
      await service.stop();
    });

    it.each([
      ['after', 'install-certificate'],
      ['after', 'start-qnetd'],
    ])('%s %s of a preparation ends done with no hand help (invariant 8)', async (_, step) => {
      await lab.reset('arbiter');
      const fresh = await Service.start({ main: DYING_MAIN, env: { DIE_AT: `effected ${step} *` } });
      try {
        const own = await Inventory.begin(fresh.client, lab);
        const job = await dieAndComeBack(fresh, () =>
          fresh.client.post<JobView>('/v1/jobs', { kind: 'prepare-arbiter', arbiterId: own.arbiterId }),
        );
        expect(job.state, stepsOf(job)).toBe('done');
      } finally {
        await fresh.stop();
      }
    });

    it('prepares the arbiter for what follows', async () => {
      await lab.reset('arbiter');
      const job = await inventory.prepareArbiter();
      expect(job.state, stepsOf(job)).toBe('done');
    });

    it.each(DEATHS.map((death, index) => [death.title, death, `k${index + 1}`] as const))(
      '%s ends done or undone with no hand help, and no node is inquorate for a moment (invariants 1, 8, 10, 15)',
      async (_title, death, name) => {
        const id = await inventory.register(name);
        const before = await treesAt(lab, name);
        const configs = await configsAt(lab, name);
        await service.restart(death.env);
        const sampler = lab.sampler([name]);
        await sampler.start();
        const job = await dieAndComeBack(service, () =>
          service.client.post<JobView>('/v1/jobs', { kind: 'onboard', clusterId: id }),
        );
        (await sampler.stop()).assertNeverInquorate(STRICTNESS);
        expect(job.state, stepsOf(job)).toBe(death.ends);
        if (death.ends === 'done') expect((await service.client.vote(id)).state).toBe('ok');
        else {
          expect(await differencesSince(lab, name, before)).toEqual([]);
          expect(await configsAt(lab, name)).toEqual(configs);
        }
      },
    );
  },
);

/** Asks for a job, waits until the service has died of it, starts it again in health, and waits for the job's end. */
const dieAndComeBack = async (service: Service, ask: () => Promise<JobView>): Promise<JobView> => {
  const { id } = await ask();
  await service.died();
  await service.restart({ DIE_AT: '', FAIL_AT: '' });
  return service.client.jobEnd(id, { timeoutMs: 60_000 });
};
