import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { IdempotencyStore } from '../../../src/access/idempotency.store.ts';
import { MINUTE_MS } from '../../../src/core/time.ts';
import { jobsOnRecord, startJobsApp, type JobsApp } from './jobs-app.ts';

let app: JobsApp;
afterEach(() => app.close());

const ask = (kind: string) =>
  app.admin.post('/v1/jobs').set('Idempotency-Key', `the ${kind}`).send({ kind, clusterId: app.clusterId });

/** Leaves the key as a death between the job's commit and its answer does: claimed, and without an answer. */
const dieBeforeTheAnswer = () =>
  vi
    .spyOn(app.umpire.app.get(IdempotencyStore, { strict: false }), 'remember')
    .mockRejectedValueOnce(new Error('the process died here'));

it('a POST whose service died after the commit and before the answer gets the same job, also when it has ended (invariant 24)', async () => {
  app = await startJobsApp();
  dieBeforeTheAnswer();
  await ask('onboard').expect(500);
  const [onboarding] = (await app.admin.get('/v1/jobs')).body.items as { id: string }[];
  await app.ended(onboarding?.id ?? '');
  await ask('onboard').expect(409);
  app.clock.advance(MINUTE_MS);
  const again = await ask('onboard').expect(202);
  expect(again.body).toMatchObject({ id: onboarding?.id, state: 'done' });
  expect(again.headers['location']).toBe(`/v1/jobs/${onboarding?.id}`);
  expect(await jobsOnRecord(app)).toBe(1);
  expect((await ask('onboard').expect(202)).text).toBe(again.text);
});

it('a second job is not made even where nothing else would stand in its way: a verification changes nothing', async () => {
  app = await startJobsApp();
  await app.ended(await app.onboard());
  dieBeforeTheAnswer();
  await ask('verify').expect(500);
  app.clock.advance(MINUTE_MS);
  await app.ended((await ask('verify').expect(202)).body.id as string);
  expect(await jobsOnRecord(app)).toBe(2);
});

it('a first try that was only slow, while a second one took over, answers with the one job as well', async () => {
  app = await startJobsApp();
  const { promise: goOn, resolve: letGo } = Promise.withResolvers<void>();
  app.hosts.before('gather-node.sh', () => goOn);
  const slow = ask('onboard').then((answer) => answer);
  await vi.waitUntil(() => app.hosts.calls.some(({ script }) => script === 'gather-node.sh'));
  app.hosts.leave('gather-node.sh');
  app.clock.advance(MINUTE_MS);
  const quick = await ask('onboard').expect(202);
  await wait(50);
  letGo();
  const late = await slow;
  expect([late.status, late.body.id]).toEqual([202, quick.body.id]);
  expect(await jobsOnRecord(app)).toBe(1);
  await app.ended(quick.body.id as string);
});
