import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { JobSurroundings } from '../../../src/jobs/job-surroundings.ts';
import { RunJob } from '../../../src/jobs/run-job.ts';
import { startJobsApp, type JobsApp } from './jobs-app.ts';

let app: JobsApp;
beforeEach(async () => {
  app = await startJobsApp();
});
afterEach(() => app.close());

it('a job that is cancelled just when a runner is to begin it stays cancelled, and no host is changed', async () => {
  const surroundings = app.umpire.app.get(JobSurroundings, { strict: false });
  const targetOf = surroundings.targetOf.bind(surroundings);
  const cancelled = Promise.withResolvers<string>();
  // The runner holds the lease and has read the job, and has not begun it yet.
  vi.spyOn(surroundings, 'targetOf').mockImplementationOnce(async (job) => {
    const { body } = await app.admin.post(`/v1/jobs/${job.id}/cancel`).expect(202);
    cancelled.resolve((body as { state: string }).state);
    return targetOf(job);
  });
  const id = await app.onboard();
  expect(await cancelled.promise).toBe('cancelled');
  const { signal } = new AbortController();
  await vi.waitUntil(async () => (await app.umpire.app.get(RunJob, { strict: false }).run(id, { signal })) === 'done');
  expect(await app.job(id)).toMatchObject({ state: 'cancelled' });
  expect(app.hosts.changes).toEqual([]);
});
