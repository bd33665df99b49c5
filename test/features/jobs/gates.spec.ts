import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { told } from '../fake-cluster.ts';
import { report } from '../../core/facts/frames.ts';
import { refusing, type Call } from '../fake-hosts.ts';
import { startJobsApp, type JobsApp, type ShownJob } from './jobs-app.ts';

let app: JobsApp;
beforeEach(async () => {
  app = await startJobsApp();
});
afterEach(() => app.close());

const SECOND = '10.77.1.2';
const failedStep = (job: ShownJob) => job.steps.find(({ finding }) => finding !== null)?.name;
const addressesOf = (calls: readonly Call[], script: string) =>
  calls.filter((call) => call.script === script).map(({ address }) => address);

/** A glance at a node that shows nothing but an editor at work. */
const edited = ({ args, address }: Call) => {
  const { quorum } = app.hosts.cluster.viewOf(app.hosts.cluster.node(address));
  const signs = told('editing /etc/corosync/.corosync.conf.swp\n');
  return told(report({ quorum, hash: told(`${'a'.repeat(64)}  -\n`), signs }, args[0] ?? ''));
};

describe('before each step that can touch quorum', () => {
  it('every node is looked at once more, after the step’s intent and before its effect (invariant 2)', async () => {
    await app.ended(await app.onboard());
    const order = app.hosts.calls
      .map(({ script, address }) => `${script} ${address}`)
      .filter((call) => /^(look-gates|reload|start-qdevice)/.test(call));
    const looks = [`look-gates.sh 10.77.1.1`, `look-gates.sh ${SECOND}`];
    // A device that starts only adds a vote: nothing is asked before it.
    expect(order).toEqual([
      ...[...looks, 'reload.sh 10.77.1.1'],
      ...['start-qdevice.sh 10.77.1.1', `start-qdevice.sh ${SECOND}`],
    ]);
  });

  it('a gate that is shut fails the step, and the job is undone without that effect (invariants 3 and 12)', async () => {
    app.hosts.before('look-gates.sh', edited, SECOND);
    const job = await app.ended(await app.onboard());
    expect(job).toMatchObject({ state: 'undone', finding: { code: 'configs_differ' } });
    expect(failedStep(job)).toBe('reload');
    expect(addressesOf(app.hosts.calls, 'start-qdevice.sh')).toEqual([]);
    expect(app.hosts.cluster.nodes.map(({ runningVersion }) => runningVersion)).toEqual(['7', '7']);
  });

  it('a gate that opens again by itself stops nothing: a membership that forms shows what does not last', async () => {
    let looks = 0;
    app.hosts.before('look-gates.sh', (call) => ((looks += 1) === 1 ? edited(call) : undefined), SECOND);
    expect(await app.ended(await app.onboard())).toMatchObject({ state: 'done' });
    expect(looks).toBe(2);
  });

  it('a hung corosync is named (invariant 28)', async () => {
    const killed = { exitCode: 137, stdout: '', stderr: '' };
    app.hosts.before(
      'look-gates.sh',
      ({ args }) => told(report({ quorum: killed, hash: killed, signs: told('') }, args[0] ?? '')),
      SECOND,
    );
    expect(await app.ended(await app.onboard())).toMatchObject({ state: 'undone', finding: { code: 'corosync_hung' } });
  });
});

describe('before the undo of a device’s start', () => {
  it('its node is looked at, and where quorum needs the device the job freezes instead (invariants 2 and 4)', async () => {
    app.hosts.before('start-qdevice.sh', () => refusing('vote_not_cast'), SECOND);
    let undoing = false;
    app.hosts.before('look-gates.sh', (call) => {
      undoing ||= addressesOf(app.hosts.calls, 'start-qdevice.sh').includes(SECOND);
      if (!undoing) return undefined;
      const { quorum } = app.hosts.cluster.viewOf(app.hosts.cluster.node(call.address));
      const short = told(quorum.stdout.replace(/^Quorum: {11}\d/m, 'Quorum:           3'));
      return told(report({ quorum: short, hash: told(''), signs: told('') }, call.args[0] ?? ''));
    });
    const job = await app.ended(await app.onboard());
    expect(job).toMatchObject({ state: 'frozen', finding: { code: 'job_frozen', params: { cause: 'votes_missing' } } });
    expect(addressesOf(app.hosts.changes, 'stop-qdevice.sh')).toEqual([]);
  }, 60_000);
});

describe('the reload that an undo needs', () => {
  it('is refused on the node where votes are missing: the job freezes, and a retry ends it once they are back (invariants 4 and 9)', async () => {
    app.hosts.before('start-qdevice.sh', () => refusing('vote_not_cast'), SECOND);
    let reloads = 0;
    app.hosts.before('reload.sh', () => ((reloads += 1) === 1 ? undefined : refusing('votes_missing')));
    const id = await app.onboard();
    const job = await app.ended(id);
    expect(job).toMatchObject({ state: 'frozen', finding: { code: 'job_frozen', params: { cause: 'votes_missing' } } });
    expect(app.hosts.cluster.nodes.map(({ runningVersion }) => runningVersion)).toEqual(['8', '8']);
    app.hosts.leave('reload.sh');
    await app.admin.post(`/v1/jobs/${id}/retry`).expect(202);
    expect(await app.until(id, 'undone', 'frozen')).toMatchObject({ state: 'undone' });
    expect(app.hosts.cluster.nodes.map(({ runningVersion }) => runningVersion)).toEqual(['9', '9']);
  }, 60_000);
});

describe('the mark that a job leaves on its hosts', () => {
  it('names this installation, the same in each command, and is taken away at the job’s end', async () => {
    await app.ended(await app.onboard());
    const installations = new Set(app.hosts.changes.map(({ args }) => args[2]));
    expect(installations.size).toBe(1);
    expect([...installations][0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(addressesOf(app.hosts.calls, 'gather-node.sh')).toHaveLength(2);
    const asked = app.hosts.calls.filter(({ script }) => script === 'gather-node.sh').map(({ args }) => args[1]);
    expect(new Set(asked)).toEqual(installations);
    expect(addressesOf(app.hosts.calls, 'leave.sh').toSorted()).toEqual(['10.77.1.1', SECOND]);
    expect(app.hosts.calls.at(-1)?.script).toMatch(/^(leave|look-)/);
  });

  it('stays where a job froze: a person must come first', async () => {
    app.hosts.before('start-qdevice.sh', () => refusing('vote_not_cast'), SECOND);
    app.hosts.before('stop-qdevice.sh', () => refusing('votes_missing'), SECOND);
    expect(await app.ended(await app.onboard())).toMatchObject({ state: 'frozen' });
    expect(addressesOf(app.hosts.calls, 'leave.sh')).toEqual([]);
  }, 60_000);

  it('keeps no job from its end when a host does not answer any more', async () => {
    app.hosts.before('leave.sh', () => refusing('change_in_progress'));
    expect(await app.ended(await app.onboard())).toMatchObject({ state: 'done', finding: null });
  });
});
