import { afterEach, describe, expect, it } from 'vitest';
import { AgentToken } from '../../../src/access/agent-token.entity.ts';
import { iso } from '../../../src/core/time.ts';
import { SshFailure } from '../../../src/platform/ssh/ssh-failure.ts';
import { addressOf } from '../fake-cluster.ts';
import { refusing } from '../fake-hosts.ts';
import { created, startJobsApp, type JobsApp, type ShownJob, type Wishes } from './jobs-app.ts';

let app: JobsApp;
afterEach(() => app.close());

const SECOND = addressOf(2);
const REPORT_TO = 'https://umpire.example.net:8443/umpire';

/** An agent that has just started reports at once, over the real route. */
const reportFrom = async (address: string): Promise<number> => {
  const node = app.hosts.cluster.node(address);
  const { status } = await app
    .as(node.agent?.token ?? '')
    .post(`/v1/clusters/${app.clusterId}/readings`)
    .send({ sequence: 1, sentAt: iso(app.clock.now()), tools: app.hosts.cluster.viewOf(node) });
  return status;
};

/** The service with a cluster that has its device, and nodes whose agents find the way to it. */
const onboarded = async (wishes: Wishes = {}): Promise<void> => {
  app = await startJobsApp(wishes);
  expect(await app.ended(await app.onboard())).toMatchObject({ state: 'done' });
  app.hosts.before('start-agent.sh', async ({ address }) => void (await reportFrom(address)));
  app.hosts.calls.length = 0;
};

const ask = (kind: string, options: object = {}) =>
  created(app.admin, '/v1/jobs', { kind, clusterId: app.clusterId, options }, 202);
const install = async (): Promise<ShownJob> => app.ended(await ask('install-agent', { reportTo: REPORT_TO }));
const remove = async (): Promise<ShownJob> => app.ended(await ask('remove-agent'));
const tokens = () => app.database.read.manager.find(AgentToken);
const agents = () => app.hosts.cluster.nodes.map(({ agent }) => agent);
const refusedCodes = async (options: object): Promise<string[]> => {
  const body = { kind: 'install-agent', clusterId: app.clusterId, options };
  const answer = await app.admin.post('/v1/jobs').send(body);
  const { code, findings } = answer.body as { code: string; findings: { code: string }[] };
  return [String(answer.status), ...(findings ?? [{ code }]).map((finding) => finding.code)];
};
const auditKinds = async (): Promise<string[]> =>
  (await app.admin.get('/v1/audit/events?limit=500').expect(200)).body.items.map(({ kind }: { kind: string }) => kind);

describe('install-agent', () => {
  it('gives each node an agent with a token of its own, started once that counts, and is done when each was heard', async () => {
    await onboarded();
    const job = await install();
    expect(job).toMatchObject({ state: 'done', finding: null });
    expect(agents().map((agent) => agent?.url)).toEqual(
      Array(2).fill(`${REPORT_TO}/v1/clusters/${app.clusterId}/readings`),
    );
    expect(new Set(agents().map((agent) => agent?.token)).size).toBe(2);
    expect((await tokens()).map(({ sequence }) => sequence)).toEqual([1, 1]);
    expect(app.hosts.changes.map(({ script }) => script)).toEqual([
      ...['install-packages.sh', 'install-packages.sh', 'install-agent.sh', 'install-agent.sh'],
      ...['start-agent.sh', 'start-agent.sh', 'forget-packages.sh', 'forget-packages.sh'],
    ]);
    expect((await auditKinds()).filter((kind) => kind === 'agent-token.created')).toHaveLength(2);
  });

  it('keeps the tokens out of the journal, the transcript, the queue and the log (invariant 16)', async () => {
    await onboarded();
    const { id } = await install();
    const transcript = (await app.admin.get(`/v1/jobs/${id}/transcript?limit=500`).expect(200)).text;
    const events = (await app.admin.get(`/v1/jobs/${id}/events`).expect(200)).text;
    for (const agent of agents()) {
      expect(agent?.token).toMatch(/^ump_/);
      const places = [transcript, events, app.logged(), app.stored().toString('latin1')];
      expect(places.map((place) => place.includes(agent?.token ?? '?'))).toEqual([false, false, false, false]);
    }
  });

  it('installs no package where curl is there', async () => {
    await onboarded();
    for (const node of app.hosts.cluster.nodes) node.packages.add('curl');
    await install();
    expect(app.hosts.changes.some(({ script }) => script === 'install-packages.sh')).toBe(false);
  });

  it.each([
    ['a node cannot be written to', 'install-agent.sh', () => refusing('agent_not_written'), 'agent_not_written'],
    ['a node’s reports find no way', 'start-agent.sh', () => refusing('agent_not_heard'), 'agent_not_heard'],
    ['a node’s reports end up elsewhere', 'start-agent.sh', () => undefined, 'agent_heard_elsewhere'],
  ])('is undone when %s: no agent and no token is left', async (_, script, answer, code) => {
    await onboarded();
    app.hosts.before(script, async (call) => {
      if (call.address === SECOND) return answer();
      if (script === 'start-agent.sh') await reportFrom(call.address);
    });
    expect(await install()).toMatchObject({ state: 'undone', finding: { code } });
    expect(agents()).toEqual([null, null]);
    expect(await tokens()).toEqual([]);
  });

  it('is refused where there is no device of ours, and where there is an agent already', async () => {
    app = await startJobsApp();
    expect(await refusedCodes({ reportTo: REPORT_TO })).toEqual(['409', 'not_onboarded']);
    await app.close();
    await onboarded();
    await install();
    expect(await refusedCodes({ reportTo: REPORT_TO })).toEqual(['409', 'agent_installed']);
  });

  it('is refused with an address that no token may be sent to', async () => {
    await onboarded();
    expect(await refusedCodes({ reportTo: 'http://umpire.example.net' })).toEqual(['409', 'report_target_in_the_open']);
    expect(await refusedCodes({ reportTo: 'https://u:p@umpire.example.net' })).toEqual([
      '409',
      'invalid_report_target',
    ]);
    expect(await refusedCodes({})).toEqual(['400', 'invalid_field']);
    expect(app.hosts.calls).toEqual([]);
  });

  it('is refused while a node cannot be reached', async () => {
    await onboarded();
    app.hosts.before('gather-node.sh', ({ address }) => {
      if (address === SECOND) throw new SshFailure('ssh_connect_timeout', SECOND as never);
    });
    expect(await refusedCodes({ reportTo: REPORT_TO })).toEqual(['409', 'ssh_connect_timeout']);
  });
});

describe('remove-agent', () => {
  it('ends the access, then takes the agents off the nodes', async () => {
    await onboarded();
    await install();
    const token = agents()[0]?.token ?? '';
    const late = {
      sequence: 2,
      sentAt: iso(app.clock.now()),
      tools: app.hosts.cluster.viewOf(app.hosts.cluster.nodes[0]!),
    };
    app.hosts.before('remove-agent.sh', async () => {
      expect(await tokens()).toEqual([]);
    });
    expect(await remove()).toMatchObject({ state: 'done' });
    expect(agents()).toEqual([null, null]);
    await app.as(token).post(`/v1/clusters/${app.clusterId}/readings`).send(late).expect(401);
    expect((await auditKinds()).filter((kind) => kind === 'agent-token.revoked')).toHaveLength(2);
  });

  it('ends the access of a node that is away as well, and says what is left there', async () => {
    await onboarded();
    await install();
    app.hosts.before('remove-agent.sh', ({ address }) => {
      if (address === SECOND) throw new SshFailure('ssh_connect_timeout', SECOND as never);
    });
    const job = await remove();
    expect(job).toMatchObject({ state: 'done' });
    expect(job.steps.map(({ subject, finding }) => [subject, finding?.code])).toContainEqual([
      SECOND,
      'agent_left_behind',
    ]);
    expect(await tokens()).toEqual([]);
    app.hosts.leave('remove-agent.sh');
    expect(await remove()).toMatchObject({ state: 'done' });
    expect(agents()).toEqual([null, null]);
  });

  it('does nothing where there is nothing, and makes room for another one', async () => {
    await onboarded();
    expect(await remove()).toMatchObject({ state: 'done' });
    expect(await install()).toMatchObject({ state: 'done' });
    expect(await remove()).toMatchObject({ state: 'done' });
    expect(await install()).toMatchObject({ state: 'done' });
  });
});

describe('an offboarding of nodes with agents', () => {
  it('ends their access and takes them off (invariant 27)', async () => {
    await onboarded();
    await install();
    const job = await app.ended(await app.offboard());
    expect(job).toMatchObject({ state: 'done' });
    expect(job.steps.map(({ name }) => name)).toContain('revoke-agents');
    expect(agents()).toEqual([null, null]);
    expect(await tokens()).toEqual([]);
  });

  it('ends the access of a dead node at once, and takes its agent when it is back', async () => {
    await onboarded({ nodeCount: 4 });
    await install();
    const dead = addressOf(4);
    const cluster = (await app.admin.get(`/v1/clusters/${app.clusterId}`).expect(200)).body as {
      nodes: { id: string; address: string }[];
    };
    app.hosts.cluster.down.add(4);
    const absentNodes = cluster.nodes.filter(({ address }) => address === dead).map(({ id }) => id);
    expect(await app.ended(await app.offboard({ absentNodes }))).toMatchObject({ state: 'done' });
    expect(await tokens()).toEqual([]);
    const after = (await app.admin.get(`/v1/clusters/${app.clusterId}`).expect(200)).body as {
      nodes: { address: string; leftovers: object | null }[];
    };
    expect(after.nodes.map(({ leftovers }) => leftovers)).toMatchObject([null, null, null, { agent: true }]);
    expect(agents().map((agent) => agent !== null)).toEqual([false, false, false, true]);
  });

  it('has no such step where there are none', async () => {
    await onboarded();
    const job = await app.ended(await app.offboard());
    expect(job.steps.map(({ name }) => name)).not.toContain('revoke-agents');
    expect(app.hosts.changes.some(({ script }) => script === 'remove-agent.sh')).toBe(false);
  });
});
