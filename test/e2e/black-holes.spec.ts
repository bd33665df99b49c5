import { expect, it } from 'vitest';
import type { JobView } from './client.ts';
import { describeWorld, stepsOf } from './world.ts';

/** Of a step whose host swallows packets: 20 s until the silence is noticed, and one more try with 10 s to dial. */
const STEP_MS = 60_000;
/** To the end of the job: six tries of an undo with 10 s to dial each, and 16 s between them. */
const END_MS = 150_000;

describeWorld('A host that swallows packets', {}, (world) => {
  it('while a long command runs on it ends the step within a minute and the job within two and a half; back again, all is undone (invariant 28)', async () => {
    const { lab, client, inventory } = world();
    expect((await inventory.prepareArbiter()).state).toBe('done');
    const clusterId = await inventory.register('raw');
    const { id } = await client.post<JobView>('/v1/jobs', { kind: 'onboard', clusterId });
    const victim = lab.host('raw-2');
    const stepOf = (job: JobView) =>
      job.steps.find(({ name, subject }) => name === 'install-packages' && subject === victim.address);
    const until = async (holds: (job: JobView) => boolean): Promise<JobView> => {
      for (;;) {
        const job = await client.job(id);
        if (holds(job)) return job;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    await until((job) => stepOf(job)?.state === 'running');
    await lab.blackHole('raw-2');
    const begun = performance.now();

    const failed = await until((job) => stepOf(job)?.finding !== null && stepOf(job)?.state !== 'running');
    expect(performance.now() - begun).toBeLessThan(STEP_MS);
    expect(stepOf(failed)?.finding?.code).toMatch(/^ssh_(connection_lost|connect_timeout)$/);

    const frozen = await client.jobEnd(id, { timeoutMs: END_MS });
    expect(frozen.state, stepsOf(frozen)).toBe('frozen');
    expect(performance.now() - begun).toBeLessThan(END_MS);

    await lab.heal();
    await client.post(`/v1/jobs/${id}/retry`);
    const ended = await client.jobEnd(id, { timeoutMs: END_MS });
    expect(ended.state, stepsOf(ended)).toBe('undone');
  });
});
