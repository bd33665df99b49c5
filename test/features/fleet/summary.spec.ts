import { afterEach, beforeEach, expect, it } from 'vitest';
import { error } from '../../../src/core/finding.ts';
import { HOUR_MS, iso, plus } from '../../../src/core/time.ts';
import { Job } from '../../../src/jobs/job.entity.ts';
import { randomUUIDv7 } from '../../../src/platform/crypto/random.ts';
import { insertRows } from '../../../src/platform/database/rows.ts';
import { addressOf } from '../fake-cluster.ts';
import { onEachDatabase } from '../each-database.ts';
import { created, FINGERPRINT, startJobsApp, type JobsApp } from '../jobs/jobs-app.ts';
import { putInstanceState, putState, takeForOnboarded } from '../vote-rows.ts';

onEachDatabase('the fleet at a glance', (start) => {
  let app: JobsApp;
  /** By their names; `c1` is the customer's, `a` to `d` are another's. */
  let whose: Record<string, { clusterId: string; customerId: string }>;

  beforeEach(async () => {
    app = await startJobsApp({ start });
    const customerId = await app.customer('Another');
    whose = { c1: { clusterId: app.clusterId, customerId: app.customerId } };
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
      const clusterId = await created(app.admin, '/v1/clusters', {
        ...{ customerId, arbiterId: app.arbiterId, name, kind: 'corosync' },
        nodes: [1, 2].map((id) => ({
          address: addressOf(10 * (index + 1) + id),
          ...{ credentialId: app.credentialId, hostKeyFingerprint: FINGERPRINT },
        })),
      });
      whose[name] = { clusterId, customerId };
    }
    for (const { clusterId } of Object.values(whose)) await takeForOnboarded(app, clusterId);
  });
  afterEach(() => app.close());

  const state = (
    name: string,
    ...rest: Parameters<typeof putState> extends [unknown, unknown, ...infer R] ? R : never
  ) => putState(app, whose[name] ?? expect.fail(name), ...rest);
  const summary = async (agent = app.admin) => (await agent.get('/v1/fleet/summary').expect(200)).body;

  it('counts every onboarded cluster once, by state and by presence; one that was never looked at is unknown', async () => {
    await state('c1', 'ok');
    await state('a', 'at-risk', { presence: 'absent' });
    await state('b', 'at-risk');
    await state('c', 'lost');
    expect((await summary()).clusters).toEqual({
      onboarded: 5,
      byState: { ok: 1, 'at-risk': 2, lost: 1, unknown: 1 },
      byPresence: { present: 1, degraded: 1, absent: 2, unknown: 1 },
    });
  });

  it('counts no state whose views have gone stale (invariant 21)', async () => {
    await state('c1', 'ok');
    await state('a', 'ok', { freshUntil: null });
    app.clock.advance(HOUR_MS);
    await state('b', 'ok');
    expect((await summary()).clusters.byState).toEqual({ ok: 1, 'at-risk': 0, lost: 0, unknown: 4 });
  });

  it('tells the worst first, with reasons, and none that is ok', async () => {
    const since = app.clock.now();
    await state('c1', 'ok');
    await state('a', 'at-risk', { findings: [error('vote_not_cast', 'a', 'No.')], since: plus(since, -1) });
    await state('b', 'lost', { findings: [error('quorum_lost', 'b', 'No.')], lossesWithArbiter: null });
    await state('c', 'at-risk', { presence: 'absent' });
    const { worst } = await summary();
    expect(worst.map(({ name }: { name: string }) => name)).toEqual(['b', 'c', 'd', 'a']);
    expect(worst[0]).toMatchObject({
      ...whose['b'],
      ...{ state: 'lost', presence: 'absent', since: iso(since) },
      findings: [{ code: 'quorum_lost' }],
      lossesSurvived: { withArbiter: null, withoutArbiter: 0 },
    });
    expect(worst[2]).toMatchObject({ state: 'unknown', presence: 'unknown', since: null, findings: [] });
  });

  it('says when a state went stale, and gives no reasons that were true before', async () => {
    const freshUntil = plus(app.clock.now(), 60_000);
    await state('c1', 'at-risk', { findings: [error('vote_not_cast', 'a', 'No.')] });
    app.clock.advance(HOUR_MS);
    const { worst } = await summary();
    expect(worst.find(({ name }: { name: string }) => name === 'c1')).toMatchObject({
      ...{ state: 'unknown', since: iso(freshUntil), findings: [] },
      lossesSurvived: { withArbiter: null, withoutArbiter: null },
    });
  });

  it('tells of each qnetd that serves, and how it is', async () => {
    const { body } = await app.admin.get(`/v1/arbiters/${app.arbiterId}`).expect(200);
    const instance = { instanceId: body.instances[0].id as string, arbiterId: app.arbiterId };
    expect((await summary()).arbiters).toMatchObject({ byState: { unknown: 1 }, notOk: [{ state: 'unknown' }] });
    await putInstanceState(app, instance, 'ok');
    expect((await summary()).arbiters).toEqual({
      byState: { ok: 1, degraded: 0, unreachable: 0, unknown: 0 },
      notOk: [],
    });
    await putInstanceState(app, instance, 'unreachable', { findings: [error('ssh_unreachable', 'north', 'No.')] });
    expect((await summary()).arbiters.notOk).toMatchObject([
      { ...instance, arbiter: 'north', state: 'unreachable', findings: [{ code: 'ssh_unreachable' }] },
    ]);
  });

  it('counts jobs that are under way or wait for a person', async () => {
    const job = (state: Job['state'], customerId: string | null) => ({
      ...{
        id: randomUUIDv7(),
        kind: 'verify',
        customerId,
        clusterId: null,
        arbiterId: app.arbiterId,
        options: {},
        state,
      },
      ...{ direction: 'forward' as const, plan: {} as Job['plan'], finding: null, cancelRequested: false, version: 1 },
      ...{ createdAt: app.clock.now(), plannedAt: app.clock.now(), startedAt: null, endedAt: null },
    });
    const jobs = [job('frozen', null), job('frozen', app.customerId), job('done', null)];
    await app.database.write((tx) => insertRows(tx, Job, ...jobs));
    expect((await summary()).jobs).toEqual({ queued: 0, running: 0, frozen: 2 });
    const { agent } = await app.tokenFor({ scopes: ['read'], customerId: app.customerId });
    expect((await summary(agent)).jobs).toEqual({ queued: 0, running: 0, frozen: 1 });
  });

  it('shows a customer its own clusters alone, and nothing of the arbiters', async () => {
    await state('c1', 'lost');
    await state('a', 'lost');
    const { agent } = await app.tokenFor({ scopes: ['read'], customerId: app.customerId });
    const told = await summary(agent);
    expect(told).toMatchObject({ clusters: { onboarded: 1, byState: { lost: 1 } }, arbiters: null });
    expect(told.worst).toMatchObject([{ name: 'c1' }]);
  });
});
