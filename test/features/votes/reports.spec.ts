import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AgentToken } from '../../../src/access/agent-token.entity.ts';
import { GrantAgentToken } from '../../../src/access/grant-agent-token.ts';
import { RevokeAgentTokens } from '../../../src/access/revoke-agent-tokens.ts';
import { mintToken } from '../../../src/access/token-text.ts';
import { THE_SERVICE } from '../../../src/core/audit/actor.ts';
import type { ToolOutput } from '../../../src/core/corosync/tools/tool.ts';
import type { HostAddress } from '../../../src/core/names.ts';
import { HOUR_MS, iso, plus } from '../../../src/core/time.ts';
import { SshFailure } from '../../../src/platform/ssh/ssh-failure.ts';
import { Reading } from '../../../src/votes/vote.entity.ts';
import type { Agent } from '../app.ts';
import { onEachDatabase } from '../each-database.ts';
import { eventually, startJobsApp, type JobsApp } from '../jobs/jobs-app.ts';

interface ShownVote {
  readonly state: string;
  readonly since: string | null;
  readonly findings: readonly { code: string; severity: string }[];
  readonly sources: readonly { source: string }[];
}

const voteOf = async (app: JobsApp) =>
  (await app.admin.get(`/v1/clusters/${app.clusterId}/vote`).expect(200)).body as ShownVote;
const codesOf = async (app: JobsApp) => (await voteOf(app)).findings.map(({ code }) => code);

const NOT_RUNNING: ToolOutput = {
  exitCode: 3,
  stdout: '',
  stderr: "corosync-qdevice-tool: Can't connect to QDevice socket (is QDevice running?): No such file or directory\n",
};

/** What a node of the test would report now. */
const reportOf = (app: JobsApp, position: number, sequence: number, change: object = {}) => {
  const node = app.hosts.cluster.nodes[position];
  if (!node) throw new Error('no such node');
  return { sequence, sentAt: iso(app.clock.now()), tools: app.hosts.cluster.viewOf(node), ...change };
};

interface Installed {
  readonly nodeId: string;
  readonly bearer: Agent;
  readonly text: string;
}

/** An agent with a token, as a job leaves it on a node. */
const agentOn = async (app: JobsApp, position: number): Promise<Installed> => {
  const cluster = (await app.admin.get(`/v1/clusters/${app.clusterId}`).expect(200)).body as {
    nodes: { id: string }[];
  };
  const nodeId = cluster.nodes[position]?.id ?? '';
  const minted = mintToken();
  const { clusterId, customerId } = app;
  const grant = app.umpire.app.get(GrantAgentToken, { strict: false });
  await grant.run(THE_SERVICE, { nodeId, clusterId, customerId }, minted, null);
  return { nodeId, text: minted.text.reveal(), bearer: app.as(minted.text.reveal()) };
};

const readings = (app: JobsApp) => app.database.read.manager.findBy(Reading, { source: 'push' });
const tokens = (app: JobsApp) => app.database.read.manager.find(AgentToken);
const revoke = (app: JobsApp, nodeId: string) => {
  const revoking = app.umpire.app.get(RevokeAgentTokens, { strict: false });
  return app.database.write((tx) => revoking.ofNode(tx, THE_SERVICE, nodeId));
};

const onboarded = async (app: JobsApp): Promise<void> => {
  await app.ended(await app.onboard());
  await eventually(
    () => voteOf(app),
    ({ since }) => since !== null,
  );
};

describe('a report', () => {
  let app: JobsApp;
  let agent: Installed;
  let path: string;
  beforeEach(async () => {
    app = await startJobsApp();
    await onboarded(app);
    agent = await agentOn(app, 1);
    path = `/v1/clusters/${app.clusterId}/readings`;
  });
  afterEach(() => app.close());

  it('that all is well is taken, and is one of the sources', async () => {
    await agent.bearer
      .post(path)
      .send(reportOf(app, 1, 1))
      .expect(204);
    const vote = await voteOf(app);
    expect(vote).toMatchObject({ state: 'ok', findings: [] });
    expect(vote.sources.map(({ source }) => source)).toContain('push');
    expect(await tokens(app)).toMatchObject([{ sequence: 1, reportedAt: app.clock.now() }]);
  });

  it('that a device has stopped lowers the state at once, and history says why', async () => {
    app.clock.advance(1_000);
    const tools = { ...app.hosts.cluster.viewOf(app.hosts.cluster.nodes[1]!), device: NOT_RUNNING };
    await agent.bearer
      .post(path)
      .send(reportOf(app, 1, 1, { tools }))
      .expect(204);
    const { body } = await app.admin.get(`/v1/clusters/${app.clusterId}/vote-history`).expect(200);
    expect(body.items[0]).toMatchObject({ to: 'at-risk', findings: [{ code: 'qdevice_down' }] });
    // A look of ours follows, and bears it out or not.
    await eventually(
      () => voteOf(app),
      ({ state }) => state === 'ok',
    );
  });

  it('that was sent before, or was overtaken, changes nothing and is answered like the first (invariant 21)', async () => {
    const bad = { tools: { ...app.hosts.cluster.viewOf(app.hosts.cluster.nodes[1]!), device: NOT_RUNNING } };
    await agent.bearer
      .post(path)
      .send(reportOf(app, 1, 7))
      .expect(204);
    const before = [await readings(app), await tokens(app)];
    app.clock.advance(1_000);
    for (const sequence of [7, 6, 1])
      await agent.bearer
        .post(path)
        .send(reportOf(app, 1, sequence, bad))
        .expect(204);
    expect([await readings(app), await tokens(app)]).toEqual(before);
    expect(await voteOf(app)).toMatchObject({ state: 'ok' });
    const metrics = (await app.nobody.get('/metrics').expect(200)).text;
    expect(metrics).toMatch(/umpire_reports_total\{outcome="replayed"\} 3/);
    expect(metrics).toMatch(/umpire_reports_total\{outcome="taken"\} 1/);
  });

  it('that is sent many times at once is taken once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => agent.bearer.post(path).send(reportOf(app, 1, 3))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    expect(await readings(app)).toHaveLength(1);
  });

  it.each([-24 * HOUR_MS, 24 * HOUR_MS])('of a node whose clock is %i ms off counts from when it came', async (off) => {
    await agent.bearer
      .post(path)
      .send(reportOf(app, 1, 1, { sentAt: iso(plus(app.clock.now(), off)) }))
      .expect(204);
    expect(await readings(app)).toMatchObject([{ at: app.clock.now() }]);
    expect(await voteOf(app)).toMatchObject({
      state: 'ok',
      findings: [{ code: 'node_clock_differs', severity: 'info' }],
    });
  });

  it('of another node’s view is known for what it is', async () => {
    app.clock.advance(1_000);
    await agent.bearer
      .post(path)
      .send(reportOf(app, 0, 1))
      .expect(204);
    const { body } = await app.admin.get(`/v1/clusters/${app.clusterId}/vote-history`).expect(200);
    expect(body.items[0]).toMatchObject({ to: 'at-risk', findings: [{ code: 'node_is_another' }] });
  });

  it('never raises a state that a look of ours has lowered (invariant 21)', async () => {
    app.hosts.before('look-node.sh', ({ address }) => {
      throw new SshFailure('ssh_connect_timeout', address as HostAddress);
    });
    app.clock.advance(3 * HOUR_MS);
    // Nothing that we saw is fresh any more, and both nodes say that all is well.
    const other = await agentOn(app, 0);
    await agent.bearer
      .post(path)
      .send(reportOf(app, 1, 1))
      .expect(204);
    await other.bearer
      .post(path)
      .send(reportOf(app, 0, 1))
      .expect(204);
    const { body } = await app.admin.get(`/v1/clusters/${app.clusterId}/vote-history`).expect(200);
    expect(body.items[0]).toMatchObject({ to: 'unknown' });
    expect(await voteOf(app)).toMatchObject({ state: 'unknown' });
  });

  it('of a revoked token is refused from that moment on, although it was known just now (invariant 27)', async () => {
    await agent.bearer
      .post(path)
      .send(reportOf(app, 1, 1))
      .expect(204);
    await revoke(app, agent.nodeId);
    for (const sequence of [2, 3]) {
      const { body } = await agent.bearer
        .post(path)
        .send(reportOf(app, 1, sequence))
        .expect(401);
      expect(body).toMatchObject({ code: 'token_invalid' });
    }
    expect(await readings(app)).toHaveLength(1);
  });

  it('whose output is no output of these tools makes the node unread, not well', async () => {
    app.clock.advance(1_000);
    const garbage = { exitCode: 0, stdout: '\u0000Quorate: Yes\n', stderr: '' };
    await agent.bearer
      .post(path)
      .send(reportOf(app, 1, 1, { tools: { quorum: garbage, device: garbage } }))
      .expect(204);
    const { body } = await app.admin.get(`/v1/clusters/${app.clusterId}/vote-history`).expect(200);
    expect(body.items[0]).toMatchObject({ to: 'at-risk' });
  });

  it('goes when its cluster is off-boarded', async () => {
    await agent.bearer
      .post(path)
      .send(reportOf(app, 1, 1))
      .expect(204);
    expect(await app.ended(await app.offboard())).toMatchObject({ state: 'done' });
    expect(await tokens(app)).toEqual([]);
    expect(await readings(app)).toEqual([]);
    expect(await codesOf(app)).not.toContain('agent_silent');
    await agent.bearer
      .post(path)
      .send(reportOf(app, 1, 2))
      .expect(401);
  });
});

describe('a report that does not fit its schema', () => {
  let app: JobsApp;
  let agent: Installed;
  let path: string;
  beforeAll(async () => {
    app = await startJobsApp();
    agent = await agentOn(app, 1);
    path = `/v1/clusters/${app.clusterId}/readings`;
  });
  afterAll(() => app.close());

  it.each([
    ['a field that nobody knows', { color: 'red' }, 'unknown_field'],
    ['no sequence', { sequence: undefined }, 'invalid_request'],
    ['sequence 0', { sequence: 0 }, 'invalid_request'],
    ['a sequence past counting', { sequence: 2 ** 53 }, 'invalid_request'],
    ['a time without a zone', { sentAt: '2026-11-22T10:00:00' }, 'invalid_request'],
    ['one tool only', { tools: { quorum: { exitCode: 0, stdout: '' } } }, 'invalid_request'],
    [
      'an endless output',
      { tools: { quorum: { exitCode: 0, stdout: 'x'.repeat(40_000) }, device: NOT_RUNNING } },
      'invalid_request',
    ],
  ])('for it has %s, is refused whole', async (_, change, code) => {
    const { body } = await agent.bearer
      .post(path)
      .send(reportOf(app, 1, 1, change))
      .expect(400);
    expect(body).toMatchObject({ code });
    expect(await readings(app)).toEqual([]);
  });
});

onEachDatabase('the token of an agent', (start) => {
  let app: JobsApp;
  let agent: Installed;
  beforeAll(async () => {
    app = await startJobsApp({ start });
    agent = await agentOn(app, 0);
  });
  afterAll(() => app.close());

  it('opens no other route, whatever it asks for', async () => {
    const document = (await app.nobody.get('/openapi.json').expect(200)).body as {
      paths: Record<string, Record<string, { security?: object[] }>>;
    };
    const asked: string[] = [];
    for (const [template, operations] of Object.entries(document.paths)) {
      for (const [method, { security }] of Object.entries(operations)) {
        if (!security || template.endsWith('/readings')) continue;
        const path = template.replaceAll('{id}', app.clusterId).replace(/\{\w+\}/g, 'x');
        const { status, body } = await agent.bearer[method as 'get'](path);
        expect({ method, path, status, code: (body as { code: string }).code }).toMatchObject({
          status: 403,
          code: 'agent_token',
        });
        asked.push(path);
      }
    }
    expect(asked.length).toBeGreaterThan(30);
  });

  it('is of one cluster: any other, there or not, is 404 and the same', async () => {
    const essence = async (id: string) => {
      const { status, body } = await agent.bearer.post(`/v1/clusters/${id}/readings`).send(reportOf(app, 0, 1));
      return { status, body: { ...(body as object), requestId: '-' } };
    };
    const answers = await Promise.all([essence(app.customerId), essence('01900000-0000-7000-8000-000000000000')]);
    expect(answers[0]?.status).toBe(404);
    expect(answers[0]).toEqual(answers[1]);
  });

  it('is the only one that brings a report: none, a wrong one and an admin’s do not', async () => {
    const path = `/v1/clusters/${app.clusterId}/readings`;
    const body = reportOf(app, 0, 1);
    expect((await app.nobody.post(path).send(body).expect(401)).body).toMatchObject({ code: 'unauthorized' });
    expect((await app.as('ump_x_y').post(path).send(body).expect(401)).body).toMatchObject({ code: 'token_invalid' });
    expect((await app.admin.post(path).send(body).expect(403)).body).toMatchObject({ code: 'agents_only' });
    const { agent: owner } = await app.tokenFor({ scopes: ['admin'], customerId: app.customerId });
    expect((await owner.post(path).send(body).expect(403)).body).toMatchObject({ code: 'agents_only' });
  });

  it('is kept as its hash, and goes with its cluster', async () => {
    await agent.bearer
      .post(`/v1/clusters/${app.clusterId}/readings`)
      .send(reportOf(app, 0, 1))
      .expect(204);
    expect(app.stored().includes(agent.text)).toBe(false);
    expect(app.logged()).not.toContain(agent.text);
    await app.admin.delete(`/v1/clusters/${app.clusterId}`).set('If-Match', '*').expect(204);
    expect(await tokens(app)).toEqual([]);
    await agent.bearer
      .post(`/v1/clusters/${app.clusterId}/readings`)
      .send(reportOf(app, 0, 2))
      .expect(401);
  });
});
