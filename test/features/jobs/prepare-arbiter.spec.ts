import { afterEach, describe, expect, it } from 'vitest';
import { report } from '../../core/facts/frames.ts';
import { told } from '../fake-cluster.ts';
import { startJobsApp, type JobsApp } from './jobs-app.ts';

let app: JobsApp;
afterEach(() => app.close());

const HEALTHY = {
  user: told('0\n'),
  machine: told(`${'a'.repeat(32)}\n`),
  packages: told(''),
  units: told(''),
  database: told('absent\n'),
  signs: told(''),
  space: told('Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda 9999999 1 9999998 1% /\n'),
};

/** The arbiter as it shows itself, instead of the prepared one of these hosts. */
const shows = (sections: object): void =>
  app.hosts.before('gather-arbiter.sh', ({ args }) =>
    told(report({ ...HEALTHY, clock: told(`${app.clock.now()}\n`), ...sections }, args[0] ?? '')),
  );
const plan = async () =>
  (
    await app.admin
      .post('/v1/jobs')
      .send({ kind: 'prepare-arbiter', arbiterId: app.arbiterId, dryRun: true })
      .expect(200)
  ).body;

describe('the plan to prepare an arbiter', () => {
  it('installs what is missing, proves qnetd from outside, and writes down last that it serves', async () => {
    app = await startJobsApp({ prepared: false });
    shows({});
    const { steps, allowed, quorum } = await plan();
    expect({ allowed, quorum }).toEqual({ allowed: true, quorum: null });
    expect(steps.map(({ name }: { name: string }) => name)).toEqual([
      'install-packages',
      'request-key',
      'issue-certificate',
      'install-certificate',
      'start-qnetd',
      'probe-qnetd',
      'forget-packages',
      'record-preparation',
    ]);
    expect(app.hosts.changes).toEqual([]);
  });

  it('installs nothing where the packages are there', async () => {
    app = await startJobsApp({ prepared: false });
    shows({ packages: told('corosync-qnetd installed 3.0.3-1\nlibnss3-tools installed 2:3.87\n') });
    const names = (await plan()).steps.map(({ name }: { name: string }) => name);
    expect(names).not.toContain('install-packages');
    expect(names).not.toContain('forget-packages');
  });

  it('has a new database refuse what was revoked before qnetd reads it (invariant 27)', async () => {
    app = await startJobsApp();
    await app.ended(await app.onboard());
    await app.ended(await app.offboard());
    shows({});
    const names = (await plan()).steps.map(({ name }: { name: string }) => name);
    const at = names.indexOf('distrust-certificates');
    expect(names.slice(at - 1, at + 2)).toEqual(['install-certificate', 'distrust-certificates', 'start-qnetd']);
  });

  it('is empty, and says so, for one that is prepared and serves with what is ours', async () => {
    app = await startJobsApp();
    expect(await plan()).toMatchObject({
      allowed: true,
      steps: [],
      findings: [{ code: 'already_prepared', severity: 'info' }],
    });
  });

  it.each([
    [
      'a node of a cluster',
      { units: told('Id=corosync.service\nActiveState=active\nUnitFileState=enabled\n') },
      'arbiter_is_a_node',
    ],
    ['a host where we are not root', { user: told('1000\n') }, 'missing_rights'],
    ['a host whose clock is an hour off (invariant 19)', { clock: told('1700000000000\n') }, 'clock_skew'],
    ['a host that is full', { space: told('Filesystem\n/dev/sda 1 1 10 99% /\n') }, 'disk_full'],
    [
      'a qnetd that serves others with certificates of their own (invariant 5)',
      {
        status: told(
          'QNetd address:\t\t\t*:5403\nTLS:\t\t\t\tSupported (client certificate required)\nConnected clients:\t\t4\nConnected clusters:\t\t2\nMaximum send/receive size:\t32768/32768 bytes\n',
        ),
      },
      'arbiter_in_use',
    ],
  ])('is refused for %s', async (_, sections, code) => {
    app = await startJobsApp({ prepared: false });
    shows(sections);
    const { allowed, steps, findings } = await plan();
    expect({ allowed, steps }).toEqual({ allowed: false, steps: [] });
    expect(findings.map((finding: { code: string }) => finding.code)).toContain(code);
    await app.admin.post('/v1/jobs').send({ kind: 'prepare-arbiter', arbiterId: app.arbiterId }).expect(409);
    expect(app.hosts.changes).toEqual([]);
  });
});
