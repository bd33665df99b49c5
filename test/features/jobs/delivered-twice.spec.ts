import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditEventRow } from '../../../src/audit/audit-event.entity.ts';
import { Leases } from '../../../src/jobs/leases.ts';
import { RunJob } from '../../../src/jobs/run-job.ts';
import { onPostgres, PostgresServer } from '../../platform/postgres-server.ts';
import { startApp, type TestApp } from '../app.ts';
import { expectOnce, startJobsApp, type JobsApp } from './jobs-app.ts';

const LATER = { againInMs: 1_000 };
const never = new AbortController().signal;
type Process = Pick<TestApp, 'umpire'>;

/** Past the queue, which has one process work on a job once at a time: as if it had forgotten to whom it gave the job. */
const deliver = ({ umpire }: Process, jobId: string) =>
  umpire.app.get(RunJob, { strict: false }).run(jobId, { signal: never });

const leasesOf = ({ umpire }: Process): Leases => umpire.app.get(Leases, { strict: false });

/** Has a job come to a stop in the midst of a step. */
const standAt = (app: JobsApp, script: string) => {
  const there = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  app.hosts.before(script, async () => {
    there.resolve();
    await go.promise;
  });
  return { there: there.promise, goOn: go.resolve };
};

/** Every step was begun once, every change made once, and nobody took the job over from anybody. */
const expectOneRunner = async (app: JobsApp, id: string): Promise<void> => {
  const job = await app.ended(id);
  expect(job).toMatchObject({ state: 'done', finding: null });
  expect(job.steps.filter(({ attempts }) => attempts !== 1)).toEqual([]);
  expectOnce(app.hosts);
  expect(await app.database.read.manager.countBy(AuditEventRow, { kind: 'job.taken-over' })).toBe(0);
};

/** @param processes who works on the jobs of this app, itself among them */
const guarantees = (appAndProcesses: () => { readonly app: JobsApp; readonly processes: readonly Process[] }): void => {
  it('at the same moment: each effect once (invariants 6 and 10)', async () => {
    const { app, processes } = appAndProcesses();
    const id = await app.onboard();
    await Promise.all([...processes, ...processes].map((process) => deliver(process, id)));
    await expectOneRunner(app, id);
  });

  it('in the midst of a step: whoever comes later is sent away, and the one runner goes on (invariants 6 and 10)', async () => {
    const { app, processes } = appAndProcesses();
    const { there, goOn } = standAt(app, 'start-qdevice.sh');
    const id = await app.onboard();
    await there;
    const calls = app.hosts.calls.length;
    const late = await Promise.all([...processes, ...processes].map((process) => deliver(process, id)));
    expect(late).toEqual(late.map(() => LATER));
    expect(app.hosts.calls.slice(calls).map(({ script }) => script)).toEqual([]);
    goOn();
    await expectOneRunner(app, id);
  });

  it('has one lease, however many come for it at once and whoever was first (invariant 6)', async () => {
    const { app, processes } = appAndProcesses();
    const id = await app.onboard();
    await app.ended(id);
    for (let turn = 1; turn <= 20; turn += 1) {
      const subject = `cluster-of-turn-${turn}`;
      const asked = [...processes, ...processes].map((process) => leasesOf(process).acquire(subject, id));
      const held = (await Promise.all(asked)).filter((lease) => lease !== null);
      expect(held.map(({ fence }) => fence)).toEqual([1]);
    }
  });
};

describe('a job that is delivered twice to one process', { timeout: 60_000 }, () => {
  let app: JobsApp;
  beforeEach(async () => {
    app = await startJobsApp();
  });
  afterEach(() => app.close());
  guarantees(() => ({ app, processes: [app] }));
});

describe('a job that is delivered to two processes', { timeout: 60_000 }, () => {
  onPostgres(() => {
    let server: PostgresServer;
    let app: JobsApp;
    let other: TestApp;
    beforeAll(async () => {
      server = await PostgresServer.start();
    });
    afterAll(() => server.stop());
    beforeEach(async () => {
      const databaseUrl = server.createDatabase();
      app = await startJobsApp({ app: { config: { databaseUrl } } });
      // A queue of its own: the two know of each other by the database alone.
      other = await startApp({ config: { databaseUrl, kekFile: app.config.kekFile }, clock: app.clock });
      other.ssh.answer = (target, options) => app.hosts.connect(target, options);
    });
    afterEach(async () => {
      await other.close();
      await app.close();
    });
    guarantees(() => ({ app, processes: [app, other] }));
  });
});
