import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../app.ts';
import { refusing } from '../fake-hosts.ts';
import { created, jobsOnRecord, startJobsApp, type JobsApp, type Wishes } from './jobs-app.ts';

const ABSENT = '01900000-0000-7000-8000-000000000000';

describe('a job that is asked for', () => {
  let app: JobsApp;
  const start = async (wishes: Wishes = {}) => (app = await startJobsApp(wishes));
  afterEach(() => app.close());

  const ask = (body: object) => app.admin.post('/v1/jobs').send(body);
  const onboard = (more: object = {}) => ask({ kind: 'onboard', clusterId: app.clusterId, ...more });
  const codesOf = ({ body }: { body: { findings?: { code: string }[] } }) =>
    (body.findings ?? []).map(({ code }) => code);

  it('answers 202 with itself and where it stands, and its steps still to come', async () => {
    await start();
    const { body, headers } = await onboard().expect(202);
    expect(headers['location']).toBe(`/v1/jobs/${body.id}`);
    expect(body).toMatchObject({
      kind: 'onboard',
      state: 'queued',
      customerId: app.customerId,
      clusterId: app.clusterId,
    });
    expect(new Set(body.steps.map(({ state }: { state: string }) => state))).toEqual(new Set(['pending']));
    await app.ended(body.id as string);
  });

  it('as a dry run answers 200 with the plan, touches nothing and leaves nothing on record', async () => {
    await start();
    const { body } = await onboard({ dryRun: true }).expect(200);
    expect(body).toMatchObject({ allowed: true, quorum: { after: { expectedVotes: 3, quorum: 2, qdeviceVotes: 1 } } });
    expect(body.steps.map(({ name }: { name: string }) => name)).toContain('write-config');
    expect(JSON.stringify(body.steps)).not.toContain('base64');
    expect(app.hosts.changes).toEqual([]);
    expect(app.hosts.calls.length).toBeGreaterThan(0);
    expect(await jobsOnRecord(app)).toBe(0);
    await onboard()
      .expect(202)
      .then(({ body: job }) => app.ended(job.id as string));
  });

  it('as a dry run that would be refused answers 200 with the reasons, and allowed is false', async () => {
    await start({ nodeCount: 3 });
    const { body } = await onboard({ dryRun: true }).expect(200);
    expect(body).toMatchObject({ allowed: false, steps: [] });
    expect(codesOf({ body })).toContain('odd_node_risk_not_accepted');
  });

  it('is refused with 409 and every finding when a node is away, and nothing on any node is touched (invariant 3)', async () => {
    await start();
    app.hosts.cluster.down.add(2);
    app.hosts.before('gather-node.sh', () => refusing('look_failed'), '10.77.1.2');
    const refused = await onboard().expect(409);
    expect(refused.body).toMatchObject({ code: 'refused', status: 409 });
    expect(codesOf(refused)).toEqual(expect.arrayContaining(['look_failed', 'membership_differs']));
    expect(app.hosts.changes).toEqual([]);
    expect(await jobsOnRecord(app)).toBe(0);
  });

  it('is refused when a look ended half-way, for what is missing may be what speaks against it', async () => {
    await start();
    app.hosts.before('gather-node.sh', () => ({ exitCode: 143, stdout: '', stderr: 'Terminated\n' }), '10.77.1.1');
    expect(codesOf(await onboard().expect(409))).toContain('command_failed');
    expect(app.hosts.changes).toEqual([]);
  });

  it('is refused while nobody has confirmed the host keys, and no login is tried', async () => {
    await start({ confirmed: false });
    const refused = await onboard().expect(409);
    expect(codesOf(refused).filter((code) => code === 'host_key_unconfirmed')).toHaveLength(3);
    expect(app.hosts.logins).toEqual([]);
  });

  it('is refused until the arbiter is prepared', async () => {
    await start({ prepared: false });
    expect(codesOf(await onboard().expect(409))).toContain('arbiter_not_prepared');
  });

  it('is accepted again once what stood against it is gone', async () => {
    await start();
    app.hosts.before('gather-node.sh', () => refusing('look_failed'));
    await onboard().expect(409);
    app.hosts.leave('gather-node.sh');
    const { body } = await onboard().expect(202);
    expect(await app.ended(body.id as string)).toMatchObject({ state: 'done' });
  });

  it.each([
    [
      'a cluster where an arbiter is meant',
      () => ({ kind: 'prepare-arbiter', clusterId: app.clusterId }),
      'wrong_target',
    ],
    ['an arbiter where a cluster is meant', () => ({ kind: 'onboard', arbiterId: app.arbiterId }), 'wrong_target'],
    [
      'an option that the kind does not have',
      () => ({ kind: 'onboard', clusterId: app.clusterId, options: { force: true } }),
      'unknown_field',
    ],
    [
      'an option of another type',
      () => ({ kind: 'onboard', clusterId: app.clusterId, options: { acceptOddNodeRisk: 'yes' } }),
      'invalid_field',
    ],
    ['a field that nobody knows', () => ({ kind: 'onboard', clusterId: app.clusterId, dryrun: true }), 'unknown_field'],
    ['a kind that nobody knows', () => ({ kind: 'format', clusterId: app.clusterId }), 'invalid_field'],
    [
      'two targets at once',
      () => ({ kind: 'onboard', clusterId: app.clusterId, arbiterId: app.arbiterId }),
      'invalid_field',
    ],
    ['no target', () => ({ kind: 'onboard' }), 'invalid_field'],
  ])('is refused with 400 for %s', async (_, body, code) => {
    await start();
    const { body: problem } = await ask(body()).expect(400);
    expect(problem.findings.map((finding: { code: string }) => finding.code)).toContain(code);
    expect(app.hosts.calls).toEqual([]);
  });

  it('is refused with 404 for a cluster or an arbiter that is not there', async () => {
    await start();
    await ask({ kind: 'onboard', clusterId: ABSENT }).expect(404);
    await ask({ kind: 'prepare-arbiter', arbiterId: ABSENT }).expect(404);
  });

  it('cannot verify a cluster that has no device', async () => {
    await start();
    expect(codesOf(await ask({ kind: 'verify', clusterId: app.clusterId }).expect(409))).toEqual(['not_onboarded']);
  });

  it('is one change of a cluster at a time; of two that are asked at once one is told of the other (invariant 6)', async () => {
    await start();
    const answers = await Promise.all([onboard(), onboard(), onboard()]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409, 409]);
    const winner = answers.find(({ status }) => status === 202)?.body.id as string;
    for (const { body } of answers.filter(({ status }) => status === 409))
      expect(body).toMatchObject({ code: 'change_in_progress' });
    await app.ended(winner);
    expect(await jobsOnRecord(app)).toBe(1);
  });

  it('is refused while another one runs, by its id; nor may the arbiter be changed meanwhile', async () => {
    await start();
    let go = () => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    app.hosts.before('request-key.sh', () => gate);
    const id = await app.onboard();
    const second = await onboard().expect(409);
    expect(second.body).toMatchObject({ code: 'change_in_progress', findings: [{ params: { jobId: id } }] });
    const asIf = await ask({ kind: 'onboard', clusterId: app.clusterId, dryRun: true }).expect(200);
    expect(asIf.body).toMatchObject({ allowed: false, steps: [], findings: [{ code: 'change_in_progress' }] });
    app.hosts.before('gather-arbiter.sh', () => undefined);
    const arbiter = await ask({ kind: 'prepare-arbiter', arbiterId: app.arbiterId });
    expect([arbiter.status, arbiter.body.code ?? 'a job']).toEqual([409, 'change_in_progress']);
    go();
    expect(await app.ended(id)).toMatchObject({ state: 'done' });
  });
});

describe('the jobs on record', () => {
  let app: JobsApp;
  let stranger: Agent;
  let owner: Agent;
  let reader: Agent;
  let first: string;
  let second: string;
  beforeAll(async () => {
    app = await startJobsApp();
    owner = (await app.tokenFor({ scopes: ['read', 'operate'], customerId: app.customerId })).agent;
    stranger = (await app.tokenFor({ scopes: ['admin'], customerId: await app.customer('Another') })).agent;
    reader = (await app.tokenFor({ scopes: ['read'] })).agent;
    first = await app.onboard();
    await app.ended(first);
    second = await created(owner, '/v1/jobs', { kind: 'verify', clusterId: app.clusterId }, 202);
    await app.ended(second);
  });
  afterAll(() => app.close());

  const ids = async (query: string, agent: Agent = app.admin) =>
    ((await agent.get(`/v1/jobs${query}`).expect(200)).body as { items: { id: string }[] }).items.map(({ id }) => id);

  it('are listed newest first, without their steps', async () => {
    expect(await ids('')).toEqual([second, first]);
    const { items } = (await app.admin.get('/v1/jobs').expect(200)).body;
    expect(items[0]).not.toHaveProperty('steps');
  });

  it('are found by kind, state, cluster and arbiter', async () => {
    expect(await ids('?kind=verify')).toEqual([second]);
    expect(await ids('?state=done')).toEqual([second, first]);
    expect(await ids('?state=frozen')).toEqual([]);
    expect(await ids(`?clusterId=${app.clusterId}&kind=onboard`)).toEqual([first]);
    expect(await ids(`?arbiterId=${app.arbiterId}`)).toEqual([second, first]);
    expect(await ids(`?clusterId=${ABSENT}`)).toEqual([]);
    await app.admin.get('/v1/jobs?state=sleeping').expect(400);
  });

  it('come page by page', async () => {
    const page = (await app.admin.get('/v1/jobs?limit=1').expect(200)).body;
    expect(page.items.map(({ id }: { id: string }) => id)).toEqual([second]);
    expect(await ids(`?limit=1&cursor=${page.nextCursor}`)).toEqual([first]);
  });

  it('are those of its own customer for a customer’s token', async () => {
    expect(await ids('', owner)).toEqual([second, first]);
    expect(await ids('', stranger)).toEqual([]);
    expect(await ids(`?clusterId=${app.clusterId}`, stranger)).toEqual([]);
  });

  it('do not exist for another customer: neither themselves, nor their events or transcript, nor to be changed', async () => {
    for (const path of ['', '/events', '/transcript']) {
      const foreign = await stranger.get(`/v1/jobs/${first}${path}`).expect(404);
      const absent = await stranger.get(`/v1/jobs/${ABSENT}${path}`).expect(404);
      expect({ ...foreign.body, requestId: '' }).toEqual({ ...absent.body, requestId: '' });
    }
    await stranger.post(`/v1/jobs/${first}/cancel`).expect(404);
    await stranger.post(`/v1/jobs/${first}/retry`).expect(404);
    await stranger.post('/v1/jobs').send({ kind: 'onboard', clusterId: app.clusterId }).expect(404);
    await stranger.post('/v1/jobs').send({ kind: 'prepare-arbiter', arbiterId: app.arbiterId }).expect(404);
  });

  it('may be read, and not asked for or changed, by a token that only reads', async () => {
    await reader.get(`/v1/jobs/${first}`).expect(200);
    await reader.post('/v1/jobs').send({ kind: 'verify', clusterId: app.clusterId }).expect(403);
    await reader.post(`/v1/jobs/${first}/cancel`).expect(403);
    await reader.post(`/v1/jobs/${first}/retry`).expect(403);
  });

  it('that have ended can be neither cancelled nor retried', async () => {
    expect((await app.admin.post(`/v1/jobs/${first}/cancel`).expect(409)).body).toMatchObject({
      code: 'job_not_cancellable',
    });
    expect((await app.admin.post(`/v1/jobs/${first}/retry`).expect(409)).body).toMatchObject({
      code: 'job_not_frozen',
    });
  });

  it('have their transcript page by page, oldest first', async () => {
    const all = (await app.admin.get(`/v1/jobs/${first}/transcript?limit=500`).expect(200)).body.items as {
      id: string;
    }[];
    const start = (await app.admin.get(`/v1/jobs/${first}/transcript?limit=2`).expect(200)).body;
    const next = (await app.admin.get(`/v1/jobs/${first}/transcript?limit=2&cursor=${start.nextCursor}`).expect(200))
      .body;
    expect([...start.items, ...next.items]).toEqual(all.slice(0, 4));
    expect(all.length).toBeGreaterThan(10);
  });
});
