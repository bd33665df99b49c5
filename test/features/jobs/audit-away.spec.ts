import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RUN_JOB } from '../../../src/jobs/waking.ts';
import { WorkQueue } from '../../../src/platform/queue/queue.ts';
import { jobsOnRecord, startJobsApp, type JobsApp } from './jobs-app.ts';

let app: JobsApp;
beforeEach(async () => {
  app = await startJobsApp();
});
afterEach(() => app.close());

const query = (sql: string) => app.database.write((tx) => tx.manager.query(sql));
/** From here on no row can be added to the audit log, as on a disk that is full. */
const breakAudit = async (): Promise<void> => {
  await query("CREATE TRIGGER broken BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no space'); END");
};
const mendAudit = () => query('DROP TRIGGER broken');
const scripts = () => app.hosts.calls.map(({ script }) => script);
/** Wakes the runner again and again, as each second does and each sweep. */
const wake = (id: string) => app.umpire.app.get(WorkQueue, { strict: false }).wake(RUN_JOB, id);
const tryOften = async (id: string): Promise<void> => {
  for (let tries = 0; tries < 3; tries += 1) {
    await wake(id);
    await wait(300);
  }
};
const endedByItself = async (id: string) => {
  await wake(id);
  return app.ended(id);
};

describe('while the audit log cannot be written (invariant 22)', () => {
  it('no job is taken on, and no host is changed', async () => {
    await breakAudit();
    await app.admin.post('/v1/jobs').send({ kind: 'onboard', clusterId: app.clusterId }).expect(500);
    expect(await jobsOnRecord(app)).toBe(0);
    expect(app.hosts.changes).toEqual([]);
  });

  it('a queued job begins no step', async () => {
    app.hosts.before('install-packages.sh', () => {
      throw new Error('this must not run');
    });
    // What asks for the job may be written, and no intent of a step.
    await query(
      "CREATE TRIGGER broken BEFORE INSERT ON audit_events WHEN NEW.kind LIKE 'step.%' BEGIN SELECT RAISE(ABORT, 'no space'); END",
    );
    const id = await app.onboard();
    const gathered = scripts().length;
    await tryOften(id);
    expect(scripts()).toHaveLength(gathered);
    expect((await app.stepsOnRecord(id)).every(({ state }) => state === 'pending')).toBe(true);
    app.hosts.leave('install-packages.sh');
    await mendAudit();
    expect(await endedByItself(id)).toMatchObject({ state: 'done' });
  });

  it.each(['install-packages.sh', 'install-certificates.sh', 'reload.sh', 'start-qdevice.sh'])(
    'a job that runs stops after %s, whose intent was written: no changing command runs, not even the raising of a fence',
    async (script) => {
      let ran = 0;
      app.hosts.before(script, async () => {
        ran += 1;
        if (ran === 1) await breakAudit();
      });
      const id = await app.onboard();
      while (ran === 0) await wait(10);
      // What was begun beside it has its intent on record, and comes to its end.
      await wait(500);
      const calls = scripts().length;
      await tryOften(id);
      expect(scripts()).toHaveLength(calls);
      expect(await app.job(id)).toMatchObject({ state: 'running' });
      await mendAudit();
      expect(await endedByItself(id)).toMatchObject({ state: 'done' });
      expect(scripts()).toContain('raise-fence.sh');
    },
  );
});
