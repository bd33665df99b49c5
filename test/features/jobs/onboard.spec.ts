import { afterEach, describe, expect, it } from 'vitest';
import { CLUSTER_NAME, versionIn } from '../fake-cluster.ts';
import { startJobsApp, type JobsApp, type Wishes } from './jobs-app.ts';

let app: JobsApp;
const start = async (wishes: Wishes = {}) => (app = await startJobsApp(wishes));
afterEach(() => app.close());

const isOf = (script: string) => (call: { script: string }) => call.script === script;

describe('an onboarding', () => {
  it.each([2, 3, 4])('of %i nodes ends done, with the vote confirmed and the cluster watched', async (nodeCount) => {
    await start({ nodeCount });
    const job = await app.ended(await app.onboard());
    expect(job).toMatchObject({ state: 'done', finding: null });
    expect(new Set(job.steps.map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(new Set(['done 1']));
    const cluster = (await app.admin.get(`/v1/clusters/${app.clusterId}`).expect(200)).body;
    expect(cluster).toMatchObject({ state: 'onboarded', device: { algorithm: nodeCount === 3 ? 'lms' : 'ffsplit' } });
    expect(cluster.nodes.map(({ nodeId }: { nodeId: number }) => nodeId)).toEqual(
      Array.from({ length: nodeCount }, (_, i) => i + 1),
    );
  });

  it('leaves all nodes with the same bytes, one version higher and running (invariant 12)', async () => {
    await start();
    await app.ended(await app.onboard());
    const [first, second] = app.hosts.cluster.nodes;
    expect(second?.config).toBe(first?.config);
    expect(first?.config).toContain('tls: required');
    expect(first?.config).not.toContain('two_node');
    expect(app.hosts.cluster.nodes.map(({ config, runningVersion }) => [versionIn(config), runningVersion])).toEqual([
      ['8', '8'],
      ['8', '8'],
    ]);
  });

  it('starts the device on one node at a time (invariant 7)', async () => {
    await start({ nodeCount: 4 });
    let under = 0;
    let most = 0;
    app.hosts.before('start-qdevice.sh', async () => {
      most = Math.max(most, (under += 1));
      await new Promise((resolve) => setTimeout(resolve, 30));
      under -= 1;
    });
    await app.ended(await app.onboard());
    expect(most).toBe(1);
    expect(app.hosts.calls.filter(isOf('start-qdevice.sh'))).toHaveLength(4);
  });

  it('writes nothing and reloads nothing before every node has its certificate', async () => {
    await start();
    await app.ended(await app.onboard());
    const scripts = app.hosts.changes.map(({ script }) => script);
    expect(scripts.lastIndexOf('install-certificates.sh')).toBeLessThan(scripts.indexOf('write-config.sh'));
    expect(scripts.lastIndexOf('write-config.sh')).toBeLessThan(scripts.indexOf('reload.sh'));
    expect(scripts.filter((script) => script === 'reload.sh')).toHaveLength(1);
  });

  it('shows on each changing script whose right it is: the cluster’s lease and its fencing number (invariant 6)', async () => {
    await start();
    await app.ended(await app.onboard());
    expect(app.hosts.changes.length).toBeGreaterThan(8);
    expect(new Set(app.hosts.changes.map(({ args }) => args.slice(0, 2).join()))).toEqual(
      new Set([`cluster-${app.clusterId},1`]),
    );
  });

  it('keeps every command in the transcript, and no private key or secret anywhere in it (invariant 16)', async () => {
    await start();
    const id = await app.onboard();
    await app.ended(id);
    const { items } = (await app.admin.get(`/v1/jobs/${id}/transcript?limit=500`).expect(200)).body;
    const shown = items.map(
      ({ host, command }: { host: string; command: string }) => `${host} ${command.split(' ')[1]}`,
    );
    for (const { address, script } of app.hosts.changes) expect(shown).toContain(`${address} ${script}`);
    expect(shown).toContain('10.77.1.1 gather-node.sh');
    expect(JSON.stringify(items)).not.toMatch(/PRIVATE KEY/);
  });

  it('issues one certificate a node, and marks them installed once it is done', async () => {
    await start();
    const id = await app.onboard();
    await app.ended(id);
    const { items } = (await app.admin.get(`/v1/clusters/${app.clusterId}/certificates`).expect(200)).body;
    expect(items).toHaveLength(2);
    for (const certificate of items)
      expect(certificate).toMatchObject({
        state: 'installed',
        purpose: 'client',
        subject: `CN=${CLUSTER_NAME}`,
        jobId: id,
      });
    expect(new Set(items.map(({ serial }: { serial: string }) => serial)).size).toBe(2);
  });

  it('is refused once the cluster is onboarded, and verify then ends done', async () => {
    await start();
    await app.ended(await app.onboard());
    const again = await app.admin.post('/v1/jobs').send({ kind: 'onboard', clusterId: app.clusterId }).expect(409);
    expect(again.body.findings).toContainEqual(expect.objectContaining({ code: 'already_onboarded' }));
    const verify = await app.admin.post('/v1/jobs').send({ kind: 'verify', clusterId: app.clusterId }).expect(202);
    expect(await app.ended(verify.body.id as string)).toMatchObject({ state: 'done' });
  });

  it('takes a step up again when the connection broke under it, and says how often it tried', async () => {
    await start();
    let broken = 0;
    app.hosts.before('request-key.sh', async () => {
      broken += 1;
      if (broken > 1) return;
      const { SshFailure } = await import('../../../src/platform/ssh/ssh-failure.ts');
      throw new SshFailure('ssh_connection_lost', '10.77.1.1' as never);
    });
    const job = await app.ended(await app.onboard());
    expect(job.state).toBe('done');
    expect(
      job.steps
        .filter(({ name }) => name === 'request-key')
        .map(({ attempts }) => attempts)
        .toSorted(),
    ).toEqual([1, 2]);
  });
});

describe('the audit log of an onboarding', () => {
  it('tells who asked, each step before it was done, each certificate before it was signed, and the end (invariant 22)', async () => {
    await start();
    const id = await app.onboard();
    const { steps } = await app.ended(id);
    const { items } = (await app.admin.get('/v1/audit/events?limit=500').expect(200)).body;
    const kinds = (items as { kind: string; data: { jobId?: string } }[]).toReversed().map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'step.started')).toHaveLength(steps.length);
    for (const kind of ['job.requested', 'ca.created', 'cluster.onboarded', 'job.ended']) expect(kinds).toContain(kind);
    expect(kinds.indexOf('certificate.reserved')).toBeLessThan(kinds.indexOf('certificate.issued'));
    expect(kinds.lastIndexOf('certificate.issued')).toBeLessThan(kinds.indexOf('certificate.installed'));
    expect(kinds.indexOf('job.requested')).toBeLessThan(kinds.indexOf('step.started'));
  });
});
