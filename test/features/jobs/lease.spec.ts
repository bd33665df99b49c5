import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditEventRow } from '../../../src/audit/audit-event.entity.ts';
import { instant } from '../../../src/core/time.ts';
import { Lease } from '../../../src/jobs/job.entity.ts';
import { LEASE_MS } from '../../../src/jobs/leases.ts';
import { RUN_JOB } from '../../../src/jobs/waking.ts';
import { SshFailure } from '../../../src/platform/ssh/ssh-failure.ts';
import type { HostAddress } from '../../../src/core/names.ts';
import { WorkQueue } from '../../../src/platform/queue/queue.ts';
import { refusing, type Call } from '../fake-hosts.ts';
import { eventually, startJobsApp, type JobsApp } from './jobs-app.ts';

let app: JobsApp;
beforeEach(async () => {
  app = await startJobsApp();
});
afterEach(() => app.close());

const CHANGES = [
  'install-packages.sh',
  'request-key.sh',
  'install-certificates.sh',
  'write-config.sh',
  'reload.sh',
  'start-qdevice.sh',
  'stop-qdevice.sh',
  'remove-certificates.sh',
  'remove-packages.sh',
  'forget-packages.sh',
];

/** What is committed at the moment in which a host is about to change: the step under way, and the audit of its intent. */
const onRecordBefore = async ({ address }: Call): Promise<string> => {
  const { manager } = app.database.read;
  const { items } = (await app.admin.get('/v1/jobs').expect(200)).body as { items: { id: string }[] };
  const steps = await app.stepsOnRecord(items[0]?.id ?? '');
  const open = steps.filter(
    ({ state, hostId, subject }) => ['running', 'undoing'].includes(state) && (hostId === null || subject === address),
  );
  if (open.length === 0) return 'no step is under way';
  const audit = await manager.findBy(AuditEventRow, {});
  const isTold = open.every((step) =>
    audit.some(({ kind, data }) => {
      const { step: name, subject } = data as { step?: string; subject?: string };
      return (
        kind === (step.state === 'running' ? 'step.started' : 'step.undo-started') &&
        name === step.name &&
        subject === step.subject
      );
    }),
  );
  return isTold ? 'its intent is on record' : 'the audit log does not know of it';
};

describe('before a host is changed', () => {
  it('the step’s intent is committed, with its audit event, forward and backward (invariants 9 and 22)', async () => {
    const found: string[] = [];
    for (const script of CHANGES)
      app.hosts.before(script, async (call) => {
        found.push(await onRecordBefore(call));
        return script === 'start-qdevice.sh' && call.address === '10.77.1.2' ? refusing('vote_not_cast') : undefined;
      });
    expect(await app.ended(await app.onboard())).toMatchObject({ state: 'undone' });
    expect(found.length).toBeGreaterThan(15);
    expect(new Set(found)).toEqual(new Set(['its intent is on record']));
  });
});

/** Until no runner of this process has a job in hand any more. */
const untilNobodyWorks = () =>
  eventually(
    () => app.umpire.app.get(WorkQueue, { strict: false }).counts(),
    (counts) =>
      counts.ok && counts.value.some(({ name, active, waiting }) => name === RUN_JOB && active + waiting === 0),
  );

describe('a runner whose lease went to another', () => {
  /** Gives the cluster's lease to another runner, as one would take it that found it expired. */
  const takeLease = async (): Promise<void> => {
    const subject = `cluster-${app.clusterId}`;
    await app.database.write(async (tx) => {
      const lease = await tx.manager.findOneByOrFail(Lease, { subject });
      const expiresAt = instant(app.clock.now() + LEASE_MS);
      await tx.manager.update(Lease, { subject }, { fence: lease.fence + 1, holder: 'another runner', expiresAt });
    });
  };

  it('writes nothing more into the journal and changes nothing more on any host (invariant 11)', async () => {
    let after = Infinity;
    app.hosts.before('write-config.sh', async () => {
      after = Math.min(after, app.hosts.changes.length);
      await takeLease();
    });
    const id = await app.onboard();
    await untilNobodyWorks();
    // The two writes of one stage are side by side: both were under way.
    expect(app.hosts.changes.length).toBeLessThanOrEqual(after + 1);
    expect(app.hosts.calls.map(({ script }) => script)).not.toContain('reload.sh');
    const steps = await app.stepsOnRecord(id);
    expect(steps.filter(({ name }) => name === 'write-config').map(({ state }) => state)).toEqual([
      'running',
      'running',
    ]);
    expect(await app.job(id)).toMatchObject({ state: 'running' });
  });

  it('is followed, once that lease has expired too, by one that goes on from the journal under a higher number (invariant 8)', async () => {
    let isTaken = false;
    app.hosts.before('reload.sh', async () => {
      if (!isTaken) await takeLease();
      isTaken = true;
    });
    const id = await app.onboard();
    await untilNobodyWorks();
    const before = app.hosts.changes.length;
    app.clock.advance(LEASE_MS + 1);
    await app.umpire.app.get(WorkQueue, { strict: false }).wake(RUN_JOB, id);
    const job = await app.ended(id);
    expect(job.state).toBe('done');
    expect(job.steps.filter(({ attempts }) => attempts > 1).map(({ name }) => name)).toEqual(['reload']);
    const later = app.hosts.changes.slice(before);
    expect(later[0]?.script).toBe('reload.sh');
    expect(new Set(later.map(({ args }) => args[1]))).toEqual(new Set(['3']));
  });

  it('finds the new number on every host of the job before its successor does anything else; a host that is away is no obstacle', async () => {
    let isTaken = false;
    app.hosts.before('reload.sh', async () => {
      if (!isTaken) await takeLease();
      isTaken = true;
    });
    app.hosts.before(
      'raise-fence.sh',
      ({ address }) => {
        throw new SshFailure('ssh_unreachable', address as HostAddress);
      },
      '10.77.1.2',
    );
    const id = await app.onboard();
    await untilNobodyWorks();
    const before = app.hosts.calls.length;
    app.clock.advance(LEASE_MS + 1);
    await app.umpire.app.get(WorkQueue, { strict: false }).wake(RUN_JOB, id);
    expect(await app.ended(id)).toMatchObject({ state: 'done' });
    const later = app.hosts.calls.slice(before).filter(({ script }) => !script.startsWith('look-'));
    const first = later.slice(0, 2).map(({ address, script, args }) => `${address} ${script} ${args[1] ?? ''}`);
    expect(first.toSorted()).toEqual(['10.77.1.1 raise-fence.sh 3', '10.77.1.2 raise-fence.sh 3']);
    expect(later[2]?.script).toBe('reload.sh');
    const audit = await app.database.read.manager.findBy(AuditEventRow, { kind: 'job.taken-over' });
    expect(audit.map(({ data }) => data)).toEqual([{ jobId: id, jobKind: 'onboard', fence: 3 }]);
  });

  it('lets go of a script that would never end once the next renewal is refused (invariant 11)', async () => {
    app.hosts.before('install-certificates.sh', async ({ address }) => {
      if (address === '10.77.1.1') return undefined;
      await takeLease();
      return new Promise<never>(() => undefined);
    });
    const id = await app.onboard();
    await untilNobodyWorks();
    expect(await app.job(id)).toMatchObject({ state: 'running' });
    expect(app.hosts.calls.map(({ script }) => script)).not.toContain('write-config.sh');
  });
});
