import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Freeze } from '../../../src/freeze/freeze.entity.ts';
import { WorkQueue } from '../../../src/platform/queue/queue.ts';
import { RUN_JOB } from '../../../src/jobs/waking.ts';
import { versionIn } from '../fake-cluster.ts';
import { refusing } from '../fake-hosts.ts';
import { jobsOnRecord, startJobsApp, type JobsApp } from './jobs-app.ts';

let app: JobsApp;
beforeEach(async () => {
  app = await startJobsApp();
});
afterEach(() => app.close());

const SECOND = '10.77.1.2';
const never = new Promise<never>(() => undefined);
const freeze = () => app.admin.post('/v1/freeze').send({ reason: 'a person says stop' }).expect(200);
const release = () => app.admin.delete('/v1/freeze').set('If-Match', '*').expect(204);
const scripts = () => app.hosts.calls.map(({ script }) => script);
const devices = () => app.hosts.cluster.nodes.map(({ runsDevice }) => runsDevice);

/** Has the next run of a script on the second node last for ever, and answers once it has begun. */
const hangIn = (script: string): Promise<void> => {
  const begun = Promise.withResolvers<void>();
  let runs = 0;
  app.hosts.before(
    script,
    () => {
      runs += 1;
      if (runs > 1) return undefined;
      begun.resolve();
      return never;
    },
    SECOND,
  );
  return begun.promise;
};

/** An onboarding whose script hangs on the second node, cut off by a freeze; and how long that took until it was on record. */
const frozenIn = async (script: string, stop: () => Promise<unknown> = freeze) => {
  const begun = hangIn(script);
  const id = await app.onboard();
  await begun;
  const before = performance.now();
  await stop();
  const job = await app.until(id, 'frozen', 'done', 'undone');
  return { id, job, tookMs: performance.now() - before };
};

/** As another instance that shares the database sets it: no word of it reaches this process. */
const freezeElsewhere = async (): Promise<void> => {
  await app.database.write((tx) =>
    tx.manager.update(Freeze, { name: 'service' }, { frozen: true, reason: 'set elsewhere', version: 2 }),
  );
};

describe('a freeze', () => {
  it('cuts off what runs on hosts and freezes the job within a second (invariant 29)', async () => {
    const { job, tookMs } = await frozenIn('start-qdevice.sh');
    expect(tookMs).toBeLessThan(1_000);
    expect(job).toMatchObject({ state: 'frozen', finding: { code: 'service_frozen' } });
    expect(job.finding?.message).toContain('"start-qdevice" on 10.77.1.2');
    expect(job.finding?.message).toMatch(/DELETE \/v1\/freeze.*\/retry.*\/undo/);
    const step = job.steps.find(({ name, subject }) => name === 'start-qdevice' && subject === SECOND);
    expect(step).toMatchObject({ state: 'running', attempts: 1 });
  });

  it('set by another instance does the same (invariant 29)', async () => {
    const { job, tookMs } = await frozenIn('install-packages.sh', freezeElsewhere);
    expect(tookMs).toBeLessThan(1_000);
    expect(job).toMatchObject({ state: 'frozen', finding: { code: 'service_frozen' } });
  });

  it('lets nothing more begin on any host, and keeps the cluster for the job', async () => {
    const { id } = await frozenIn('start-qdevice.sh');
    const ran = scripts().length;
    await app.umpire.app.get(WorkQueue, { strict: false }).wake(RUN_JOB, id);
    await wait(1_500);
    expect(scripts()).toHaveLength(ran);
    expect(await app.job(id)).toMatchObject({ state: 'frozen' });
    await release();
    const other = await app.admin.post('/v1/jobs').send({ kind: 'onboard', clusterId: app.clusterId }).expect(409);
    expect(other.body).toMatchObject({ code: 'change_in_progress' });
  });

  it('seen by a permit alone stops the change before it is sent (invariant 29)', async () => {
    let changes = Infinity;
    app.hosts.before('config-state.sh', async () => {
      await freezeElsewhere();
      changes = Math.min(changes, app.hosts.changes.length);
    });
    const job = await app.ended(await app.onboard());
    expect(job).toMatchObject({ state: 'frozen', finding: { code: 'service_frozen' } });
    expect(app.hosts.changes).toHaveLength(changes);
    expect(scripts()).not.toContain('write-config.sh');
  });

  it('refuses every new job with 409 and looks at no host for it; a dry run goes on', async () => {
    await freeze();
    const asked = { kind: 'onboard', clusterId: app.clusterId };
    const refused = await app.admin.post('/v1/jobs').send(asked).expect(409);
    expect(refused.body).toMatchObject({ code: 'service_frozen', findings: [{ code: 'service_frozen' }] });
    expect((refused.body as { detail: string }).detail).toContain('a person says stop');
    expect(app.hosts.calls).toEqual([]);
    expect(await jobsOnRecord(app)).toBe(0);
    const plan = await app.admin
      .post('/v1/jobs')
      .send({ ...asked, dryRun: true })
      .expect(200);
    expect(plan.body).toMatchObject({ allowed: true });
    expect(app.hosts.changes).toEqual([]);
  });

  it('that comes while a job is planned refuses it all the same', async () => {
    app.hosts.before('gather-arbiter.sh', freezeElsewhere);
    const asked = await app.admin.post('/v1/jobs').send({ kind: 'onboard', clusterId: app.clusterId }).expect(409);
    expect(asked.body).toMatchObject({ code: 'service_frozen' });
    expect(await jobsOnRecord(app)).toBe(0);
  });

  it('leaves a queued job in the queue; released, it goes on by itself', async () => {
    const queue = app.umpire.app.get(WorkQueue, { strict: false });
    const begun = Promise.withResolvers<void>();
    const wake = queue.wake.bind(queue);
    queue.wake = async (name, id, options) => {
      queue.wake = wake;
      await freeze();
      const woken = await wake(name, id, options);
      begun.resolve();
      return woken;
    };
    const id = await app.onboard();
    await begun.promise;
    await wait(1_200);
    expect(await app.job(id)).toMatchObject({ state: 'queued' });
    expect(app.hosts.changes).toEqual([]);
    await release();
    expect(await app.ended(id)).toMatchObject({ state: 'done' });
  });
});

describe('a job that a freeze has stopped', () => {
  it('is neither retried nor undone before the release: 409', async () => {
    const { id } = await frozenIn('start-qdevice.sh');
    for (const way of ['retry', 'undo'])
      expect((await app.admin.post(`/v1/jobs/${id}/${way}`).expect(409)).body).toMatchObject({
        code: 'service_frozen',
      });
    await app.admin.post(`/v1/jobs/${id}/cancel`).expect(409);
    expect(await app.job(id)).toMatchObject({ state: 'frozen' });
  });

  it('retried, does what was under way again, goes on to done, and has nothing left to explain', async () => {
    const { id } = await frozenIn('start-qdevice.sh');
    await release();
    const answer = await app.admin.post(`/v1/jobs/${id}/retry`).expect(202);
    expect(answer.body).toMatchObject({ state: 'running', finding: null });
    const job = await app.until(id, 'done', 'undone', 'frozen');
    expect(job).toMatchObject({ state: 'done', finding: null });
    expect(job.steps.filter(({ attempts }) => attempts > 1).map(({ name, subject }) => `${name} ${subject}`)).toEqual([
      `start-qdevice ${SECOND}`,
    ]);
    expect(devices()).toEqual([true, true]);
  });

  it('told to undo, puts back all that it began and ends undone; what stopped it stays its reason', async () => {
    const { id } = await frozenIn('start-qdevice.sh');
    await release();
    const answer = await app.admin.post(`/v1/jobs/${id}/undo`).expect(202);
    expect(answer.body).toMatchObject({ state: 'running', finding: { code: 'service_frozen' } });
    const job = await app.until(id, 'done', 'undone', 'frozen');
    expect(job).toMatchObject({ state: 'undone', finding: { code: 'service_frozen' } });
    expect(devices()).toEqual([false, false]);
    expect(app.hosts.cluster.nodes.map(({ config }) => versionIn(config))).toEqual(['9', '9']);
    expect(app.hosts.cluster.nodes.map(({ packages }) => [...packages])).toEqual([['corosync'], ['corosync']]);
    const { items } = (await app.admin.get('/v1/audit/events?limit=500').expect(200)).body as {
      items: { kind: string }[];
    };
    expect(items.map(({ kind }) => kind)).toContain('job.undo-requested');
  });

  it('while it undid goes on undoing, by retry as by undo, and says again why it had turned back', async () => {
    app.hosts.before('start-qdevice.sh', () => refusing('vote_not_cast'), SECOND);
    const { id, job } = await frozenIn('stop-qdevice.sh');
    expect(job.steps.map(({ state }) => state)).toContain('undoing');
    await release();
    expect((await app.admin.post(`/v1/jobs/${id}/retry`).expect(202)).body).toMatchObject({
      finding: { code: 'vote_not_cast' },
    });
    expect(await app.until(id, 'undone', 'frozen')).toMatchObject({
      state: 'undone',
      finding: { code: 'vote_not_cast' },
    });
    expect(devices()).toEqual([false, false]);
  });

  it('can be undone only while it is frozen', async () => {
    const id = await app.onboard();
    expect(await app.ended(id)).toMatchObject({ state: 'done' });
    expect((await app.admin.post(`/v1/jobs/${id}/undo`).expect(409)).body).toMatchObject({ code: 'job_not_frozen' });
  });
});
