import { expect, it } from 'vitest';
import type { JobView } from './client.ts';
import {
  configsAt,
  describeWorld,
  differencesSince,
  packagesAt,
  stepsOf,
  treesAt,
  watched,
  type World,
} from './world.ts';

const STEP = 'start-qdevice';

/** Waits until a step of a job is under way on its second node. */
const untilUnderWay = async ({ client }: World, id: string, name: string): Promise<void> => {
  for (;;) {
    const job = await client.job(id);
    const steps = job.steps.filter((step) => step.name === name);
    if (steps[1]?.state === 'running') return;
    if (job.endedAt !== null) throw new Error(`too late: ${stepsOf(job)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** The scripts of ours that run on each node now. */
const scriptsOn = ({ lab }: World): Promise<string[]> =>
  Promise.all(
    lab.cluster('duo').nodes.map(async (node) => (await node.run("pgrep -f '^sh -s -- cluster-' || true")).stdout),
  );

/** Freezes an onboarding in the middle of its second device's start: how long it took, and what still ran on the hosts then. */
const frozen = async (world: World, clusterId: string) => {
  const { client } = world;
  const { id } = await client.post<JobView>('/v1/jobs', { kind: 'onboard', clusterId });
  await untilUnderWay(world, id, STEP);
  const running = await scriptsOn(world);
  const before = performance.now();
  await client.post('/v1/freeze', { reason: 'a test says stop' });
  const job = await client.jobEnd(id, { everyMs: 20 });
  const tookMs = performance.now() - before;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1_000 - tookMs)));
  const scripts = await scriptsOn(world);
  const { headers } = await client.ask('GET', '/v1/freeze');
  const etag = headers.get('etag') ?? '';
  const release = () => client.ask('DELETE', '/v1/freeze', undefined, { 'if-match': etag });
  return { id, job, tookMs, running, scripts, release };
};

describeWorld('A freeze', {}, (world) => {
  it('ends what runs on the hosts within a second; undone, the cluster is as it was; retried, it is onboarded (invariants 1, 9, 29)', async () => {
    const { client, inventory, lab } = world();
    const prepared = await inventory.prepareArbiter();
    expect(prepared.state, stepsOf(prepared)).toBe('done');
    const clusterId = await inventory.register('duo');
    const pristine = await treesAt(lab, 'duo');
    const [configs, packages] = [await configsAt(lab, 'duo'), await packagesAt(lab, 'duo')];
    for (const [way, end] of [
      ['undo', 'undone'],
      ['retry', 'done'],
    ] as const) {
      const { result } = await watched(world(), ['duo'], async () => {
        const stopped = await frozen(world(), clusterId);
        expect(stopped.job, stepsOf(stopped.job)).toMatchObject({
          state: 'frozen',
          finding: { code: 'service_frozen' },
        });
        expect(stopped.tookMs).toBeLessThan(1_000);
        expect(stopped.running[1]).toMatch(/^\d+\n/);
        expect(stopped.scripts).toEqual(['', '']);
        expect((await client.ask('POST', `/v1/jobs/${stopped.id}/${way}`)).status).toBe(409);
        expect((await stopped.release()).status).toBe(204);
        await client.post(`/v1/jobs/${stopped.id}/${way}`);
        return client.jobEnd(stopped.id);
      });
      expect(result.state, stepsOf(result)).toBe(end);
      if (way === 'retry') continue;
      expect(await differencesSince(lab, 'duo', pristine)).toEqual([]);
      expect([await configsAt(lab, 'duo'), await packagesAt(lab, 'duo')]).toEqual([configs, packages]);
    }
  });
});
