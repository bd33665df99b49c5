import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { created, FINGERPRINT, startJobsApp, type JobsApp } from '../jobs/jobs-app.ts';

const ABSENT = '01900000-0000-7000-8000-000000000000';

describe('clusters', () => {
  let app: JobsApp;
  let serial = 0;
  beforeAll(async () => {
    app = await startJobsApp();
  });
  afterAll(() => app.close());

  const nodes = (...addresses: string[]) =>
    addresses.map((address) => ({ address, credentialId: app.credentialId, hostKeyFingerprint: FINGERPRINT }));
  const body = (more: object = {}) => ({
    customerId: app.customerId,
    arbiterId: app.arbiterId,
    name: `cluster-${(serial += 1)}`,
    kind: 'corosync',
    nodes: nodes('192.0.2.1', '192.0.2.2'),
    ...more,
  });
  const register = (more: object = {}) => app.admin.post('/v1/clusters').send(body(more));
  const codesOf = (answer: { body: { code: string; findings?: { code: string }[] } }) => [
    answer.body.code,
    ...(answer.body.findings ?? []).map(({ code }) => code),
  ];

  it('are taken in with their nodes in the given order, and nothing is run on them', async () => {
    const { body: cluster, headers } = await register({ nodes: nodes('192.0.2.9', 'NODE.example') }).expect(201);
    expect(cluster).toMatchObject({ state: 'registered', device: null, version: 1 });
    expect(cluster.nodes.map(({ address, nodeId }: { address: string; nodeId: null }) => [address, nodeId])).toEqual([
      ['192.0.2.9', null],
      ['node.example', null],
    ]);
    expect((await app.admin.get(headers['location'] ?? '').expect(200)).body).toEqual(cluster);
    expect(app.hosts.logins).toEqual([]);
  });

  it.each(['taken', 'TAKEN', 'Taken'])(
    'have a name that no other has at the same arbiter: "%s" beside "taken"',
    async (name) => {
      await register({ name: 'taken' });
      expect(codesOf(await register({ name }).expect(409))).toContain('name_taken');
    },
  );

  it.each([
    ['another arbiter than there is', () => ({ arbiterId: ABSENT }), 'reference_not_found'],
    ['another customer than there is', () => ({ customerId: ABSENT }), 'reference_not_found'],
    [
      'a credential that is not there',
      () => ({ nodes: nodes('192.0.2.1', '192.0.2.2').map((node) => ({ ...node, credentialId: ABSENT })) }),
      'reference_not_found',
    ],
    ['one node', () => ({ nodes: nodes('192.0.2.1') }), 'invalid_field'],
    ['one node twice', () => ({ nodes: nodes('host.example', 'HOST.example') }), 'invalid_field'],
    [
      '33 nodes',
      () => ({ nodes: nodes(...Array.from({ length: 33 }, (_, index) => `192.0.2.${index + 1}`)) }),
      'invalid_field',
    ],
    ['a name that NSS would take for a pattern', () => ({ name: '*.example' }), 'invalid_field'],
    ['a kind that nobody knows', () => ({ kind: 'pacemaker' }), 'invalid_field'],
    [
      'a field that nobody knows in a node',
      () => ({ nodes: nodes('192.0.2.1', '192.0.2.2').map((node) => ({ ...node, user: 'root' })) }),
      'unknown_field',
    ],
  ])('are not taken in with %s', async (_, wrong, code) => {
    expect(codesOf(await register(wrong()).expect(400))).toContain(code);
  });

  it('do not take a credential of another customer', async () => {
    const customerId = await app.customer('Another');
    const credentialId = await created(app.admin, '/v1/ssh-credentials', {
      name: 'x',
      user: 'root',
      generate: true,
      customerId,
    });
    const foreign = nodes('192.0.2.1', '192.0.2.2').map((node) => ({ ...node, credentialId }));
    expect(codesOf(await register({ nodes: foreign }).expect(400))).toContain('reference_not_found');
    await register({ nodes: foreign, customerId }).expect(201);
  });

  it('are found by customer and arbiter', async () => {
    const customerId = await app.customer('With one cluster');
    const { body: cluster } = await register({ customerId }).expect(201);
    const found = (await app.admin.get(`/v1/clusters?customerId=${customerId}`).expect(200)).body.items;
    expect(found).toEqual([cluster]);
    expect((await app.admin.get(`/v1/clusters?arbiterId=${ABSENT}`).expect(200)).body.items).toEqual([]);
  });

  it('are renamed and forgotten only by whoever has seen their newest version', async () => {
    const { body: cluster, headers } = await register().expect(201);
    const path = `/v1/clusters/${cluster.id}`;
    const name = `renamed-${serial}`;
    await app.admin.patch(path).send({ name }).expect(428);
    await app.admin.patch(path).set('If-Match', '"99"').send({ name }).expect(412);
    const renamed = await app.admin
      .patch(path)
      .set('If-Match', headers['etag'] ?? '')
      .send({ name })
      .expect(200);
    expect(renamed.body).toMatchObject({ name, version: 2 });
    await app.admin.delete(path).expect(428);
    await app.admin
      .delete(path)
      .set('If-Match', headers['etag'] ?? '')
      .expect(412);
    await app.admin
      .delete(path)
      .set('If-Match', renamed.headers['etag'] ?? '')
      .expect(204);
    await app.admin.get(path).expect(404);
    await app.admin.get(`/v1/host-keys/${cluster.nodes[0].hostKeyId}`).expect(404);
  });

  it('keep their name while a job changes them, and once they are onboarded', async () => {
    const path = `/v1/clusters/${app.clusterId}`;
    let begin = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    app.hosts.before('request-key.sh', () => begun);
    const id = await app.onboard();
    const etag = async () => (await app.admin.get(path).expect(200)).headers['etag'] ?? '';
    expect(
      (
        await app.admin
          .patch(path)
          .set('If-Match', await etag())
          .send({ name: 'other' })
          .expect(409)
      ).body.code,
    ).toBe('cluster_busy');
    expect(
      (
        await app.admin
          .delete(path)
          .set('If-Match', await etag())
          .expect(409)
      ).body.code,
    ).toBe('cluster_busy');
    begin();
    expect(await app.ended(id)).toMatchObject({ state: 'done' });
    expect(
      (
        await app.admin
          .patch(path)
          .set('If-Match', await etag())
          .send({ name: 'other' })
          .expect(409)
      ).body.code,
    ).toBe('cluster_onboarded');
    expect(
      (
        await app.admin
          .delete(path)
          .set('If-Match', await etag())
          .expect(409)
      ).body.code,
    ).toBe('cluster_onboarded');
  });

  it('do not exist for another customer, whose own token may take in its own', async () => {
    const customerId = await app.customer('A third');
    const { agent } = await app.tokenFor({ scopes: ['admin'], customerId });
    for (const path of ['', '/vote', '/certificates', '/vote-history'])
      await agent.get(`/v1/clusters/${app.clusterId}${path}`).expect(404);
    await agent.patch(`/v1/clusters/${app.clusterId}`).set('If-Match', '"1"').send({ name: 'mine' }).expect(404);
    await agent.delete(`/v1/clusters/${app.clusterId}`).set('If-Match', '"1"').expect(404);
    expect((await agent.get('/v1/clusters').expect(200)).body.items).toEqual([]);
    expect((await agent.get(`/v1/clusters?customerId=${app.customerId}`).expect(200)).body.items).toEqual([]);
    const credentialId = await created(agent, '/v1/ssh-credentials', { name: 'own', user: 'root', generate: true });
    const own = body({ customerId, nodes: nodes('192.0.2.1', '192.0.2.2').map((node) => ({ ...node, credentialId })) });
    const id = await created(agent, '/v1/clusters', own);
    await agent.get(`/v1/clusters/${id}`).expect(200);
    await agent
      .post('/v1/clusters')
      .send({ ...own, name: 'for-another', customerId: app.customerId })
      .expect(400);
  });
});
