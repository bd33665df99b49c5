import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../../../src/core/time.ts';
import { eventually, startJobsApp, type JobsApp } from '../jobs/jobs-app.ts';

interface ShownVote {
  readonly state: string;
  readonly since: string | null;
  readonly findings: readonly { code: string }[];
  readonly sources: readonly { source: string; fresh: boolean; ageMs: number }[];
}

const voteOf = async (app: JobsApp) =>
  (await app.admin.get(`/v1/clusters/${app.clusterId}/vote`).expect(200)).body as ShownVote;

describe('the vote of a cluster that was never looked at', () => {
  let app: JobsApp;
  beforeAll(async () => {
    app = await startJobsApp();
  });
  afterAll(() => app.close());

  it('is unknown, since never, from no source (invariant 21)', async () => {
    expect(await voteOf(app)).toMatchObject({
      state: 'unknown',
      since: null,
      sources: [],
      votes: { expected: null, total: null, quorum: null, qdevice: null },
      arbiter: { vote: 'unknown' },
    });
  });

  it('has no history', async () => {
    const { body } = await app.admin.get(`/v1/clusters/${app.clusterId}/vote-history`).expect(200);
    expect(body).toEqual({ items: [], nextCursor: null });
  });

  it('does not exist for another customer', async () => {
    const { agent } = await app.tokenFor({ scopes: ['read'], customerId: await app.customer('Another') });
    await agent.get(`/v1/clusters/${app.clusterId}/vote`).expect(404);
    await agent.get(`/v1/clusters/${app.clusterId}/vote-history`).expect(404);
    const owner = await app.tokenFor({ scopes: ['read'], customerId: app.customerId });
    await owner.agent.get(`/v1/clusters/${app.clusterId}/vote`).expect(200);
  });
});

describe('the vote of an onboarded cluster', () => {
  let app: JobsApp;
  beforeEach(async () => {
    app = await startJobsApp();
    await app.ended(await app.onboard());
    await eventually(
      () => voteOf(app),
      ({ since }) => since !== null,
    );
  });
  afterEach(() => app.close());

  it('is ok, from the arbiter and every node, with the votes that are cast', async () => {
    const vote = await voteOf(app);
    expect(vote).toMatchObject({
      state: 'ok',
      votes: { expected: 3, total: 3, quorum: 2, qdevice: 1 },
      arbiter: { vote: 'ack' },
      lossesSurvived: { withArbiter: 1, withoutArbiter: 0 },
      nodes: [
        { nodeId: 1, online: true, qdevice: 'cast' },
        { nodeId: 2, online: true, qdevice: 'cast' },
      ],
    });
    expect(vote.sources.map(({ source, fresh }) => `${source} ${fresh}`).toSorted()).toEqual([
      'arbiter true',
      'node true',
      'node true',
    ]);
  });

  it('is unknown, and ok no more, when nobody has looked for ten minutes (invariant 21)', async () => {
    app.hosts.before('look-node.sh', () => Promise.reject(new Error('nobody looks')));
    app.hosts.before('look-arbiter.sh', () => Promise.reject(new Error('nobody looks')));
    app.clock.advance(10 * MINUTE_MS);
    const vote = await voteOf(app);
    expect(vote).toMatchObject({ state: 'unknown', since: null });
    expect(vote.sources.filter(({ fresh }) => fresh)).toEqual([]);
  });

  it('has its first change in its history, and finds it by time', async () => {
    const history = async (query = '') =>
      (await app.admin.get(`/v1/clusters/${app.clusterId}/vote-history${query}`).expect(200)).body.items as {
        to: string;
        from: string | null;
      }[];
    expect((await history()).map(({ from, to }) => [from, to])).toEqual([[null, 'ok']]);
    const tomorrow = encodeURIComponent(new Date(app.clock.now() + DAY_MS).toISOString());
    expect(await history(`?from=${tomorrow}`)).toEqual([]);
    expect(await history(`?to=${tomorrow}`)).toHaveLength(1);
    await app.admin.get(`/v1/clusters/${app.clusterId}/vote-history?from=yesterday`).expect(400);
  });
});
