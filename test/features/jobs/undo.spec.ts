import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { versionIn } from '../fake-cluster.ts';
import { refusing } from '../fake-hosts.ts';
import { startJobsApp, type JobsApp, type ShownJob } from './jobs-app.ts';

let app: JobsApp;
beforeEach(async () => {
  app = await startJobsApp();
});
afterEach(() => app.close());

const SECOND = '10.77.1.2';
const stateOf = (job: ShownJob, name: string, subject: string) =>
  job.steps.find((step) => step.name === name && step.subject === subject)?.state;
const cluster = async () => (await app.admin.get(`/v1/clusters/${app.clusterId}`).expect(200)).body;
/** What was changed after a moment, in order. */
const changesSince = (count: number) =>
  app.hosts.changes.slice(count).map(({ address, script }) => `${address} ${script}`);

describe('a job of which a step fails before the configuration is written', () => {
  it('ends undone with the reason, and with every file byte for byte as it was (invariant 9)', async () => {
    let refused = 0;
    // Only the change itself is refused: the undo, which begins with the last node as well, may write.
    app.hosts.before(
      'write-config.sh',
      () => ((refused += 1) === 1 ? refusing('votes_missing', 'too few votes') : undefined),
      SECOND,
    );
    const job = await app.ended(await app.onboard());
    expect(job).toMatchObject({ state: 'undone', finding: { code: 'votes_missing' } });
    const { nodes, config } = app.hosts.cluster;
    expect(nodes.map((node) => node.config)).toEqual([config, config]);
    expect(nodes.map((node) => [node.hasCertificates, node.runsDevice, [...node.packages]])).toEqual([
      [false, false, ['corosync']],
      [false, false, ['corosync']],
    ]);
    expect(await cluster()).toMatchObject({ state: 'registered', device: null });
  });

  it.each([
    ['before the first write', 'install-certificates.sh'],
    ['between two writes', 'write-config.sh'],
  ])('lets an edit by another hand stand that came %s, and ends undone (invariant 12)', async (_, script) => {
    const node = app.hosts.cluster.node(SECOND);
    let edits = 0;
    app.hosts.before(
      script,
      () => {
        if ((edits += 1) === 1) node.config += '# by hand\n';
      },
      SECOND,
    );
    const job = await app.ended(await app.onboard());
    expect(job).toMatchObject({ state: 'undone', finding: { code: 'config_changed' } });
    const { config, nodes } = app.hosts.cluster;
    expect(nodes.map((each) => each.config)).toEqual([config, `${config}# by hand\n`]);
    expect(app.hosts.calls.map(({ script: run }) => run)).not.toContain('reload.sh');
  });

  it('freezes when another hand edited what we had written, for a person must look at both', async () => {
    const node = app.hosts.cluster.node('10.77.1.1');
    app.hosts.before('reload.sh', () => {
      node.config += '# by hand\n';
      return refusing('config_changed');
    });
    const job = await app.ended(await app.onboard());
    expect(job).toMatchObject({ state: 'frozen', finding: { code: 'job_frozen' } });
    expect(node.config).toContain('# by hand\n');
  }, 60_000);
});

describe('a job of which a step fails after the configuration runs', () => {
  it('undoes all that was begun, the last first, and ends undone with the old text under a higher version', async () => {
    let before = 0;
    app.hosts.before(
      'start-qdevice.sh',
      () => {
        before = app.hosts.changes.length;
        return refusing('vote_not_cast', 'no vote of the device within 40 seconds');
      },
      SECOND,
    );
    const job = await app.ended(await app.onboard());
    expect(job).toMatchObject({ state: 'undone', finding: { code: 'vote_not_cast' } });
    expect(job.finding?.message).toContain('no vote of the device within 40 seconds');
    const undone = changesSince(before);
    expect(undone.slice(0, 2)).toEqual([`${SECOND} stop-qdevice.sh`, '10.77.1.1 stop-qdevice.sh']);
    expect(undone.filter((change) => change.endsWith('reload.sh'))).toHaveLength(1);
    expect(undone.at(-1)).toMatch(/remove-packages\.sh$/);
    const restored = app.hosts.cluster.config.replace('config_version: 7', 'config_version: 9');
    expect(app.hosts.cluster.nodes.map(({ config, runningVersion }) => [config, runningVersion])).toEqual([
      [restored, '9'],
      [restored, '9'],
    ]);
  });

  it('says of each step what became of it, and leaves alone what was never begun', async () => {
    app.hosts.before('start-qdevice.sh', () => refusing('vote_not_cast'), '10.77.1.1');
    const job = await app.ended(await app.onboard());
    expect(stateOf(job, 'start-qdevice', '10.77.1.1')).toBe('undone');
    expect(stateOf(job, 'start-qdevice', SECOND)).toBe('pending');
    expect(job.steps.filter(({ state }) => !['undone', 'pending'].includes(state))).toEqual([]);
    expect(app.hosts.changes.map(({ script, address }) => `${address} ${script}`)).not.toContain(
      `${SECOND} stop-qdevice.sh`,
    );
  });

  it('discards the certificates that it had issued', async () => {
    app.hosts.before('start-qdevice.sh', () => refusing('vote_not_cast'));
    await app.ended(await app.onboard());
    const { items } = (await app.admin.get(`/v1/clusters/${app.clusterId}/certificates`).expect(200)).body;
    expect(items.map(({ state }: { state: string }) => state)).toEqual(['discarded', 'discarded']);
  });

  it('gives the cluster free: the next one goes through, under a higher fencing number (invariant 6)', async () => {
    app.hosts.before('start-qdevice.sh', () => refusing('vote_not_cast'));
    await app.ended(await app.onboard());
    const before = app.hosts.changes.length;
    app.hosts.leave('start-qdevice.sh');
    expect(await app.ended(await app.onboard())).toMatchObject({ state: 'done' });
    const fences = (from: number, to?: number) =>
      new Set(app.hosts.changes.slice(from, to).map(({ args }) => Number(args[1])));
    expect([...fences(0, before)]).toEqual([1]);
    expect([...fences(before)]).toEqual([2]);
    expect(app.hosts.cluster.nodes.map(({ config }) => versionIn(config))).toEqual(['10', '10']);
  });
});

describe('a job that cannot undo what it did', () => {
  it('freezes with an alarm and keeps its cluster; retried, it goes on undoing to the end (invariant 15)', async () => {
    app.hosts.before('start-qdevice.sh', () => refusing('vote_not_cast'), SECOND);
    app.hosts.before('stop-qdevice.sh', () => refusing('votes_missing', 'quorum could be lost'), SECOND);
    const id = await app.onboard();
    const frozen = await app.ended(id);
    expect(frozen).toMatchObject({ state: 'frozen', finding: { code: 'job_frozen' } });
    expect(frozen.finding?.message).toContain('quorum could be lost');
    expect(stateOf(frozen, 'start-qdevice', SECOND)).toBe('undo-failed');
    expect(stateOf(frozen, 'start-qdevice', '10.77.1.1')).toBe('done');
    await app.admin.post(`/v1/jobs/${id}/cancel`).expect(409);
    const other = await app.admin.post('/v1/jobs').send({ kind: 'onboard', clusterId: app.clusterId }).expect(409);
    expect(other.body).toMatchObject({ code: 'change_in_progress' });

    app.hosts.leave('stop-qdevice.sh');
    await app.admin.post(`/v1/jobs/${id}/retry`).expect(202);
    const undone = await app.until(id, 'undone', 'frozen');
    expect(undone.state).toBe('undone');
    expect(app.hosts.cluster.nodes.map(({ runsDevice }) => runsDevice)).toEqual([false, false]);
    expect(new Set(app.hosts.cluster.nodes.map(({ config }) => versionIn(config)))).toEqual(new Set(['9']));
  }, 60_000);
});

describe('a job whose end is asked for', () => {
  it('while it runs turns back after the step in hand, undoes what it did and ends cancelled', async () => {
    let id = '';
    app.hosts.before('reload.sh', async ({ args }) => {
      // The undo reloads as well, and nobody asks twice.
      if (args.includes('8')) await app.admin.post(`/v1/jobs/${id}/cancel`).expect(202);
    });
    let begin = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    app.hosts.before('request-key.sh', () => begun);
    id = await app.onboard();
    begin();
    const job = await app.ended(id);
    expect(job).toMatchObject({ state: 'cancelled', cancelRequested: true });
    expect(stateOf(job, 'await-config', '10.77.1.1')).toBe('pending');
    expect(app.hosts.calls.map(({ script }) => script)).not.toContain('start-qdevice.sh');
    expect(app.hosts.cluster.nodes.map(({ config, runningVersion }) => [versionIn(config), runningVersion])).toEqual([
      ['9', '9'],
      ['9', '9'],
    ]);
  });

  it('while it undoes cannot be stopped from doing so', async () => {
    let answer = 0;
    let id = '';
    app.hosts.before('start-qdevice.sh', () => refusing('vote_not_cast'));
    app.hosts.before('stop-qdevice.sh', async () => {
      answer = (await app.admin.post(`/v1/jobs/${id}/cancel`)).status;
    });
    let begin = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    app.hosts.before('request-key.sh', () => begun);
    id = await app.onboard();
    begin();
    expect(await app.ended(id)).toMatchObject({ state: 'undone' });
    expect(answer).toBe(409);
  });
});
