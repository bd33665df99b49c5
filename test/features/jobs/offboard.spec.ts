import { afterEach, describe, expect, it } from 'vitest';
import { SshFailure } from '../../../src/platform/ssh/ssh-failure.ts';
import { addressOf, ARBITER_ADDRESS, versionIn } from '../fake-cluster.ts';
import { refusing } from '../fake-hosts.ts';
import { startJobsApp, type JobsApp, type ShownJob, type Wishes } from './jobs-app.ts';

let app: JobsApp;
afterEach(() => app.close());

const FIRST = addressOf(1);
const SECOND = addressOf(2);

interface ShownCluster {
  readonly state: string;
  readonly device: object | null;
  readonly nodes: readonly { id: string; address: string; leftovers: object | null }[];
}

/** The service with a cluster that has its device. */
const onboarded = async (wishes: Wishes = {}): Promise<void> => {
  app = await startJobsApp(wishes);
  expect(await app.ended(await app.onboard())).toMatchObject({ state: 'done' });
  app.hosts.calls.length = 0;
};

const cluster = async (): Promise<ShownCluster> =>
  (await app.admin.get(`/v1/clusters/${app.clusterId}`).expect(200)).body as ShownCluster;
const certificateStates = async (): Promise<string[]> =>
  (await app.admin.get(`/v1/clusters/${app.clusterId}/certificates`).expect(200)).body.items.map(
    ({ state }: { state: string }) => state,
  );
const auditKinds = async (): Promise<string[]> =>
  (await app.admin.get('/v1/audit/events?limit=500').expect(200)).body.items.map(({ kind }: { kind: string }) => kind);
const refusedCodes = async (options: object): Promise<string[]> =>
  (
    await app.admin.post('/v1/jobs').send({ kind: 'offboard', clusterId: app.clusterId, options }).expect(409)
  ).body.findings.map(({ code }: { code: string }) => code);
const stepsNamed = (job: ShownJob, name: string) => job.steps.filter((step) => step.name === name);
const changes = () => app.hosts.changes.map(({ address, script }) => `${address} ${script}`);

describe('an offboarding', () => {
  it.each([2, 3, 4])(
    'of %i nodes ends done: the text of before under a higher version, no device, no database, certificates revoked (invariants 9, 27)',
    async (nodeCount) => {
      await onboarded({ nodeCount });
      const job = await app.ended(await app.offboard());
      expect(job).toMatchObject({ state: 'done', finding: null });
      const plain = app.hosts.cluster.config.replace('config_version: 7', 'config_version: 9');
      for (const node of app.hosts.cluster.nodes)
        expect(node).toMatchObject({
          config: plain,
          runningVersion: '9',
          runsDevice: false,
          hasCertificates: false,
          held: false,
        });
      expect(await cluster()).toMatchObject({ state: 'registered', device: null });
      expect((await cluster()).nodes.map(({ leftovers }) => leftovers)).toEqual(Array(nodeCount).fill(null));
      expect(new Set(await certificateStates())).toEqual(new Set(['revoked']));
      expect(app.hosts.cluster.distrusted.size).toBe(nodeCount);
      expect(await auditKinds()).toEqual(
        expect.arrayContaining(['cluster.offboarded', 'certificate.revoked', 'node.leftovers-cleared']),
      );
    },
  );

  it('reloads before it stops the first device, and stops one at a time (invariants 2, 7)', async () => {
    await onboarded({ nodeCount: 4 });
    await app.ended(await app.offboard());
    const scripts = app.hosts.changes.map(({ script }) => script);
    expect(scripts.lastIndexOf('hold-qdevice.sh')).toBeLessThan(scripts.indexOf('write-config.sh'));
    expect(scripts.indexOf('reload.sh')).toBeLessThan(scripts.indexOf('stop-qdevice.sh'));
    expect(scripts.lastIndexOf('stop-qdevice.sh')).toBeLessThan(scripts.indexOf('distrust-certificate.sh'));
    expect(scripts.lastIndexOf('set-aside-database.sh')).toBeLessThan(scripts.indexOf('delete-database.sh'));
  });

  it('shows each node’s certificate to the arbiter before and after, and then passes nothing on', async () => {
    await onboarded();
    const job = await app.ended(await app.offboard());
    expect(app.hosts.calls.filter(({ script }) => script === 'try-certificate.sh')).toHaveLength(4);
    expect(stepsNamed(job, 'prove-refusal').map(({ finding }) => finding)).toEqual([null, null]);
  });

  it('keeps the packages, unless their removal is asked for', async () => {
    await onboarded();
    await app.ended(await app.offboard());
    expect(changes().filter((change) => change.endsWith('purge-packages.sh'))).toEqual([]);
    expect(app.hosts.cluster.nodes[0]?.packages).toContain('corosync-qdevice');
  });

  it('removes those that an onboarding brought, also when one before the last did', async () => {
    await onboarded();
    await app.ended(await app.offboard());
    expect(await app.ended(await app.onboard())).toMatchObject({ state: 'done' });
    await app.ended(await app.offboard({ removePackages: true }));
    expect(app.hosts.cluster.nodes.map(({ packages }) => [...packages])).toEqual([['corosync'], ['corosync']]);
  });

  it('lets the cluster be onboarded again, with new certificates', async () => {
    await onboarded();
    await app.ended(await app.offboard());
    app.hosts.cluster.distrusted.clear();
    expect(await app.ended(await app.onboard())).toMatchObject({ state: 'done' });
    expect((await certificateStates()).toSorted()).toEqual(['installed', 'installed', 'revoked', 'revoked']);
  });

  it('is refused where there is nothing to take away, and where the device is somebody else’s', async () => {
    app = await startJobsApp();
    expect(await refusedCodes({})).toContain('not_onboarded');
    await app.ended(await app.onboard());
    for (const node of app.hosts.cluster.nodes) node.config = node.config.replace('host: 10.77.0.2', 'host: 10.77.0.9');
    expect(await refusedCodes({})).toContain('device_differs');
    expect(await refusedCodes({ absentNodes: ['01900000-0000-7000-8000-000000000000'] })).toEqual([
      'absent_node_unknown',
    ]);
  });
});

describe('an offboarding of which a step fails', () => {
  it.each(['hold-qdevice.sh', 'write-config.sh', 'reload.sh', 'stop-qdevice.sh', 'set-aside-database.sh'])(
    'at %s on the last node puts everything back and ends undone (invariants 1, 9)',
    async (script) => {
      await onboarded();
      const { config } = app.hosts.cluster.nodes[0] ?? { config: '' };
      const address = script === 'reload.sh' ? FIRST : SECOND;
      app.hosts.before(
        script,
        () => {
          app.hosts.leave(script);
          return refusing('votes_missing');
        },
        address,
      );
      expect(await app.ended(await app.offboard())).toMatchObject({
        state: 'undone',
        finding: { code: 'votes_missing' },
      });
      for (const node of app.hosts.cluster.nodes) {
        expect(node.config.replace(/config_version: \d+/, '')).toBe(config.replace(/config_version: \d+/, ''));
        expect(node.runningVersion).toBe(versionIn(node.config));
        expect(node).toMatchObject({ runsDevice: true, hasCertificates: true, held: false });
      }
      expect(await cluster()).toMatchObject({ state: 'onboarded', device: { algorithm: 'ffsplit' } });
      expect(await certificateStates()).toEqual(['installed', 'installed']);
      expect(app.hosts.cluster.distrusted.size).toBe(0);
    },
  );

  it('because the arbiter goes on taking a certificate: everything is put back (invariant 27)', async () => {
    await onboarded();
    app.hosts.before('try-certificate.sh', () => ({ exitCode: 0, stdout: 'accepted\n', stderr: '' }));
    expect(await app.ended(await app.offboard())).toMatchObject({
      state: 'undone',
      finding: { code: 'certificate_still_accepted' },
    });
    expect(app.hosts.cluster.distrusted.size).toBe(0);
    expect(app.hosts.cluster.nodes.map(({ runsDevice }) => runsDevice)).toEqual([true, true]);
  });

  it('only in the proof goes on, and says that nothing is proven', async () => {
    await onboarded();
    app.hosts.before('try-certificate.sh', () => ({ exitCode: 0, stdout: 'failed\nno connection\n', stderr: '' }));
    const job = await app.ended(await app.offboard());
    expect(job.state).toBe('done');
    expect(stepsNamed(job, 'prove-refusal').map(({ finding }) => finding?.code)).toEqual([
      'refusal_not_proven',
      'refusal_not_proven',
    ]);
  });
});

describe('past the point of no return', () => {
  it('nothing turns an offboarding back: it cannot be cancelled, and ends done (invariant 15)', async () => {
    await onboarded();
    let id = '';
    const answers: number[] = [];
    app.hosts.before('delete-database.sh', async () => {
      answers.push((await app.admin.post(`/v1/jobs/${id}/cancel`)).status);
    });
    let begin = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    app.hosts.before('hold-qdevice.sh', () => begun);
    id = await app.offboard();
    begin();
    expect(await app.ended(id)).toMatchObject({ state: 'done' });
    expect(answers).toEqual([409, 409]);
  });

  it('what a node does not let be taken stays on record, is told, and is taken by the next offboarding', async () => {
    await onboarded();
    app.hosts.before(
      'delete-database.sh',
      () => {
        throw new SshFailure('ssh_connection_lost', SECOND as never);
      },
      SECOND,
    );
    const job = await app.ended(await app.offboard());
    expect(job.state).toBe('done');
    expect(stepsNamed(job, 'clear-leftovers').map(({ subject, finding }) => [subject, finding?.code])).toEqual([
      [FIRST, undefined],
      [SECOND, 'leftovers_kept'],
    ]);
    expect((await cluster()).nodes.map(({ leftovers }) => leftovers)).toEqual([
      null,
      { config: false, device: false, database: true, packages: [], agent: false },
    ]);
    app.hosts.leave('delete-database.sh');
    app.hosts.calls.length = 0;
    expect(await app.ended(await app.offboard())).toMatchObject({ state: 'done' });
    expect(changes()).toEqual([`${SECOND} delete-database.sh`]);
    expect((await cluster()).nodes.map(({ leftovers }) => leftovers)).toEqual([null, null]);
    expect(await refusedCodes({})).toContain('not_onboarded');
  });
});

describe('an offboarding with a node that is dead', () => {
  it('does not contact it, and remembers what it keeps', async () => {
    await onboarded({ nodeCount: 4 });
    const dead = (await cluster()).nodes[3];
    app.hosts.cluster.down.add(4);
    const job = await app.ended(await app.offboard({ absentNodes: [dead?.id] }));
    expect(job.state).toBe('done');
    const { items } = (await app.admin.get(`/v1/jobs/${job.id}/transcript?limit=500`).expect(200)).body;
    expect(new Set(items.map(({ host }: { host: string }) => host))).toEqual(
      new Set([...[1, 2, 3].map(addressOf), ARBITER_ADDRESS]),
    );
    expect((await cluster()).nodes.map(({ leftovers }) => leftovers)).toEqual([
      ...[null, null, null],
      { config: true, device: true, database: true, packages: [], agent: false },
    ]);
    expect(await certificateStates()).toEqual(Array(4).fill('revoked'));
  });

  it('of two says which votes are missing, and what to do', async () => {
    await onboarded();
    const dead = (await cluster()).nodes[1];
    app.hosts.cluster.down.add(2);
    expect(await refusedCodes({ absentNodes: [dead?.id] })).toContain('votes_missing');
    expect(changes()).toEqual([]);
  });
});
