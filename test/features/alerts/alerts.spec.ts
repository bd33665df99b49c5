import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EnqueueNotice } from '../../../src/notifications/enqueue-notice.ts';
import { plus, SECOND_MS } from '../../../src/core/time.ts';
import { VotesStore } from '../../../src/votes/votes.store.ts';
import { onEachDatabase } from '../each-database.ts';
import { ABSENT, AT_RISK, found, HEALTHY, LOST, startAlertsApp, UNKNOWN, type AlertsApp } from './alerts-app.ts';

onEachDatabase('the alerts', (start) => {
  let app: AlertsApp;
  beforeEach(async () => {
    app = await startAlertsApp(start);
  });
  afterEach(async () => {
    await app.close();
    vi.restoreAllMocks();
  });

  const rules = async (query = '?state=open') => (await app.alerts(query)).map(({ rule }) => rule).toSorted();
  const told = () => app.notices.map(({ event, data }) => `${event} ${String(data['rule'])}`);
  const audited = async () => {
    const { body } = await app.admin.get('/v1/audit/events?limit=500').expect(200);
    const { items } = body as { items: { kind: string; customerId: string | null; data: { rule: string } }[] };
    return items
      .filter(({ kind }) => kind.startsWith('alert.'))
      .map(({ kind, data }) => `${kind} ${data.rule}`)
      .toReversed();
  };

  it('are none while all is well', async () => {
    await app.vote(HEALTHY);
    await app.instance({});
    await app.pass();
    expect(await app.alerts()).toEqual([]);
    expect(app.notices).toEqual([]);
  });

  it('a vote that is gone is told within two seconds, to the customer’s ticket system, and in the audit log', async () => {
    await app.vote(ABSENT);
    await app.pass(2);
    const [alert] = await app.alerts('?state=open');
    expect(alert).toMatchObject({
      ...{ rule: 'vote_absent', severity: 'critical', dedupKey: `vote_absent:cluster:${app.clusterId}` },
      findings: [{ code: 'client_vote_refused' }],
    });
    expect(app.notices).toEqual([
      expect.objectContaining({
        ...{ event: 'alert.opened', customerId: app.customerId, occurredAt: app.clock.now() },
        subject: '[critical] Arbiter’s vote is missing: duo, Bakery',
      }),
    ]);
    expect(app.notices[0]?.data).toMatchObject({
      ...{ action: 'open', alertId: alert?.id, dedupKey: alert?.dedupKey },
      customer: { id: app.customerId, name: 'Bakery', externalRefs: [{ system: 'psa', id: '4711' }] },
      ...{ cluster: { id: app.clusterId, name: 'duo' }, arbiter: { id: app.arbiterId, name: 'north' } },
      vote: { state: 'at-risk', presence: 'absent', lossesSurvived: { withArbiter: 1, withoutArbiter: 0 } },
    });
    expect(await audited()).toEqual(['alert.opened vote_absent']);
  });

  it('is resolved a minute after all is well, and has another id but the same dedupKey when it returns', async () => {
    await app.vote(ABSENT);
    await app.pass();
    await app.vote(HEALTHY);
    await app.pass();
    expect((await app.alerts('?state=open'))[0]).toMatchObject({ clearedAt: expect.any(String) as string });
    await app.pass(60);
    expect(await app.alerts()).toEqual([expect.objectContaining({ state: 'resolved', resolution: 'healthy' })]);
    await app.vote(ABSENT);
    await app.pass();
    const [again, first] = await app.alerts();
    expect(again?.dedupKey).toBe(first?.dedupKey);
    expect(again?.id).not.toBe(first?.id);
    expect(told()).toEqual(['alert.opened vote_absent', 'alert.resolved vote_absent', 'alert.opened vote_absent']);
  });

  it('at risk is told after five minutes, with the time of its beginning', async () => {
    await app.vote(AT_RISK);
    const began = new Date(app.clock.now()).toISOString();
    await app.pass(299);
    expect(await app.alerts()).toEqual([]);
    await app.pass(2);
    expect(await app.alerts()).toEqual([expect.objectContaining({ rule: 'vote_at_risk', since: began })]);
  });

  it('lost after at risk: both stand, and nobody sees them resolved when nothing is seen any more (invariant 21)', async () => {
    await app.vote(ABSENT);
    await app.pass(300);
    await app.vote(LOST);
    await app.pass();
    expect(await rules()).toEqual(['vote_absent', 'vote_at_risk', 'vote_lost']);
    await app.vote(UNKNOWN);
    for (let minutes = 0; minutes < 10; minutes += 1) await app.pass(60);
    expect(await rules()).toEqual(['vote_absent', 'vote_at_risk', 'vote_lost', 'vote_unknown']);
    await app.vote(HEALTHY);
    await app.pass();
    await app.pass(120);
    expect(await rules()).toEqual([]);
  });

  it('flapping is one alert, updated every five minutes at most', async () => {
    for (let second = 0; second < 600; second += 20) {
      await app.vote(second % 40 === 0 ? ABSENT : HEALTHY);
      await app.pass(20);
    }
    expect(await rules('')).toEqual(['vote_absent']);
    expect(told()).toEqual(['alert.opened vote_absent', 'alert.updated vote_absent']);
    expect((await app.alerts())[0]).toMatchObject({ updates: 1, recurrences: 14 });
  });

  it('a stranger is told at once: to the customer for the cluster, and to the MSP alone for the arbiter', async () => {
    await app.vote({ ...AT_RISK, findings: found('unexpected_client') });
    await app.instance({ state: 'degraded', findings: found('client_not_verified') });
    await app.pass();
    expect(await rules()).toEqual(['imposter', 'imposter']);
    expect(app.notices.map(({ customerId }) => customerId)).toEqual([app.customerId, null]);
  });

  it('an arbiter that is not reached is told after half a minute', async () => {
    await app.instance({ state: 'unreachable', clients: null, findings: found('ssh_timeout') });
    await app.pass(28);
    expect(await app.alerts()).toEqual([]);
    await app.pass(2);
    expect(await app.alerts()).toEqual([
      expect.objectContaining({
        rule: 'arbiter_unreachable',
        customerId: null,
        subject: { kind: 'instance', id: app.instanceId },
      }),
    ]);
  });

  it('maintenance that was announced before keeps quiet until its end, and no longer', async () => {
    const now = app.clock.now();
    await app.announce({ from: now, to: plus(now, 600 * SECOND_MS), createdAt: plus(now, -SECOND_MS) });
    await app.vote(ABSENT);
    await app.pass(590);
    expect(await app.alerts()).toEqual([]);
    await app.announce();
    await app.pass(60);
    expect(await rules()).toEqual(['vote_absent', 'vote_at_risk']);
  });

  it('maintenance that is announced after the outage keeps nothing quiet', async () => {
    await app.vote(ABSENT);
    const now = app.clock.now();
    await app.announce({ from: now, to: plus(now, 600 * SECOND_MS), createdAt: plus(now, 1) });
    await app.pass();
    expect(await rules()).toEqual(['vote_absent']);
  });

  it('of a cluster that is off-boarded are resolved: it is not watched any more', async () => {
    await app.vote(ABSENT);
    await app.pass(300);
    expect(await rules()).toEqual(['vote_absent', 'vote_at_risk']);
    await app.database.write((tx) =>
      app.umpire.app.get(VotesStore, { strict: false }).forgetCluster(tx, app.clusterId),
    );
    await app.pass(60);
    expect((await app.alerts()).map(({ resolution }) => resolution)).toEqual(['gone', 'gone']);
  });

  it('stand with their notice and their audit event, or not at all, and are tried again', async () => {
    const outbox = vi.spyOn(app.umpire.app.get(EnqueueNotice, { strict: false }), 'run');
    outbox.mockRejectedValueOnce(new Error('the outbox is full'));
    await app.vote(ABSENT);
    await app.pass();
    expect(await app.alerts()).toEqual([]);
    expect(await audited()).toEqual([]);
    await app.pass();
    expect(await audited()).toEqual(['alert.opened vote_absent']);
  });

  it('one cluster that cannot be weighed holds up no other', async () => {
    const other = await app.cluster('other');
    await app.vote({ ...ABSENT, findings: 'not a list' as never });
    await app.vote(ABSENT, other);
    await app.pass();
    expect((await app.alerts()).map(({ dedupKey }) => dedupKey)).toEqual([`vote_absent:cluster:${other}`]);
  });
});
