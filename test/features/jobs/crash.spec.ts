import { afterAll, beforeAll, expect, it } from 'vitest';
import { startJobsApp, type JobsApp } from './jobs-app.ts';

let app: JobsApp;
beforeAll(async () => {
  app = await startJobsApp();
});
afterAll(() => app.close());

it('a fault of the service is undone like any other, told in its log, and not to whoever asks', async () => {
  app.hosts.before('start-qdevice.sh', () => {
    throw new TypeError('a fault with something private in it');
  });
  const job = await app.ended(await app.onboard());
  expect(job).toMatchObject({ state: 'undone', finding: { code: 'step_crashed' } });
  expect(JSON.stringify(job)).not.toContain('something private');
  expect(app.logged()).toContain('a fault with something private in it');
});
