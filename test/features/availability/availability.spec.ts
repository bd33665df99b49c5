import { afterEach, beforeEach, expect, it } from 'vitest';
import { error } from '../../../src/core/finding.ts';
import { DAY_MS, HOUR_MS, instant, iso, MINUTE_MS, plus, type Instant } from '../../../src/core/time.ts';
import { PruneHistory } from '../../../src/votes/prune-history.ts';
import { Reading, VoteTransition } from '../../../src/votes/vote.entity.ts';
import { insertRows } from '../../../src/platform/database/rows.ts';
import { randomUUIDv7 } from '../../../src/platform/crypto/random.ts';
import { onEachDatabase } from '../each-database.ts';
import { startJobsApp, type JobsApp } from '../jobs/jobs-app.ts';
import { putState, putTransition } from '../vote-rows.ts';

const NOVEMBER = instant(Date.UTC(2026, 10, 1));

onEachDatabase('the account of a cluster’s vote', (start) => {
  let app: JobsApp;
  beforeEach(async () => {
    app = await startJobsApp({ start });
  });
  afterEach(() => app.close());

  const at = (days: number): Instant => plus(NOVEMBER, days * DAY_MS);
  const account = async (query = '', agent = app.admin) =>
    (await agent.get(`/v1/clusters/${app.clusterId}/availability${query}`).expect(200)).body;

  /** Present since October; away for an hour on the 10th; backed by views until a minute from now. */
  const anHourAway = async () => {
    await putTransition(app, app, at(-5), 'ok');
    const findings = [error('quorum_lost', 'c', 'It was lost.')];
    await putTransition(app, app, at(9), 'lost', { findings });
    await putTransition(app, app, plus(at(9), HOUR_MS), 'ok');
    await putState(app, app, 'ok', { since: plus(at(9), HOUR_MS) });
  };

  it('of this month goes up to now, and adds up', async () => {
    await anHourAway();
    const { seconds, ...rest } = await account();
    const now = app.clock.now();
    expect(rest).toMatchObject({
      from: iso(NOVEMBER),
      to: '2026-12-01T00:00:00.000Z',
      until: iso(now),
      complete: false,
    });
    expect(seconds).toEqual({ present: (now - NOVEMBER) / 1000 - 3600, degraded: 0, absent: 3600, unknown: 0 });
    expect(rest.incidentCount).toBe(1);
    expect(rest.incidents).toMatchObject([
      { from: iso(at(9)), to: iso(plus(at(9), HOUR_MS)), presence: 'absent', state: 'lost', seconds: 3600 },
    ]);
    expect(rest.incidents[0].findings).toMatchObject([{ code: 'quorum_lost' }]);
  });

  it('of a month long before the first look is unknown, and complete', async () => {
    await anHourAway();
    const { seconds, complete } = await account('?month=2026-09');
    expect({ seconds, complete }).toEqual({
      seconds: { present: 0, degraded: 0, absent: 0, unknown: 30 * 86_400 },
      complete: true,
    });
  });

  it('of a range is what of it has passed; of a time to come it is nothing', async () => {
    await anHourAway();
    const range = `?from=${iso(at(9))}&to=${iso(at(10))}`;
    expect((await account(range)).seconds).toMatchObject({ present: 82_800, absent: 3600 });
    const { seconds } = await account('?month=2027-01');
    expect(seconds).toEqual({ present: 0, degraded: 0, absent: 0, unknown: 0 });
  });

  it('is unknown from the moment on at which views stopped counting, as when the service was away (invariant 21)', async () => {
    await anHourAway();
    app.clock.advance(DAY_MS);
    const { seconds, incidents } = await account();
    expect(seconds.unknown).toBe((DAY_MS - MINUTE_MS) / 1000);
    expect(incidents.at(-1)).toMatchObject({ presence: 'unknown', to: null, findings: [] });
  });

  it('ends where views have stopped counting just now: they are judged anew within seconds', async () => {
    await anHourAway();
    const freshUntil = plus(app.clock.now(), MINUTE_MS);
    app.clock.advance(MINUTE_MS + 2_000);
    expect(await account()).toMatchObject({ until: iso(freshUntil), seconds: { unknown: 0 } });
  });

  it('tells maintenance apart when it was planned before, and not when it was planned after', async () => {
    await putTransition(app, app, at(-5), 'ok');
    await putState(app, app, 'ok');
    const begin = app.clock.now();
    const plan = (hours: number) =>
      app.admin
        .post('/v1/maintenance-windows')
        .send({ clusterId: app.clusterId, from: iso(begin), to: iso(plus(begin, hours * HOUR_MS)), reason: 'Disks' })
        .expect(201);
    await plan(1);
    app.clock.advance(MINUTE_MS);
    await putTransition(app, app, app.clock.now(), 'lost');
    app.clock.advance(MINUTE_MS);
    await plan(24);
    app.clock.advance(2 * HOUR_MS - 2 * MINUTE_MS);
    await putTransition(app, app, app.clock.now(), 'ok');
    await putState(app, app, 'ok');
    const { seconds, maintenanceSeconds, incidents } = await account();
    expect(seconds.absent).toBe(119 * 60);
    expect(maintenanceSeconds).toEqual({ present: 0, degraded: 0, absent: 59 * 60, unknown: 0 });
    expect(incidents).toMatchObject([{ inMaintenance: false, maintenanceSeconds: 59 * 60 }]);
  });

  it('counts windows over its customer and its arbiter', async () => {
    await putTransition(app, app, at(-5), 'ok');
    const begin = app.clock.now();
    const period = { from: iso(begin), to: iso(plus(begin, HOUR_MS)), reason: 'All of it' };
    const lost = async () => {
      app.clock.advance(MINUTE_MS);
      await putTransition(app, app, app.clock.now(), 'lost');
      app.clock.advance(MINUTE_MS);
      await putTransition(app, app, app.clock.now(), 'ok');
      await putState(app, app, 'ok');
      return (await account()).maintenanceSeconds.absent;
    };
    expect(await lost()).toBe(0);
    await app.admin
      .post('/v1/maintenance-windows')
      .send({ customerId: app.customerId, ...period, to: iso(plus(app.clock.now(), 2 * MINUTE_MS)) })
      .expect(201);
    expect(await lost()).toBe(60);
    await app.admin
      .post('/v1/maintenance-windows')
      .send({ arbiterId: app.arbiterId, ...period })
      .expect(201);
    expect(await lost()).toBe(120);
  });

  it('is the same however many changes there were', async () => {
    const changes = Array.from({ length: 4_500 }, (_, index) => ({
      ...{ id: randomUUIDv7(), clusterId: app.clusterId, customerId: app.customerId, from: null, findings: [] },
      at: plus(at(1), index * 1000),
      ...(index % 2 === 0
        ? { to: 'ok' as const, presence: 'present' as const }
        : { to: 'lost' as const, presence: 'absent' as const }),
    }));
    for (let begin = 0; begin < changes.length; begin += 500)
      await app.database.write((tx) => insertRows(tx, VoteTransition, ...changes.slice(begin, begin + 500)));
    const { seconds, incidentCount, incidents } = await account(
      `?from=${iso(at(1))}&to=${iso(plus(at(1), 4_499_000))}`,
    );
    expect(seconds).toMatchObject({ present: 2250, absent: 2249 });
    expect([incidentCount, incidents.length]).toEqual([2249, 500]);
    expect(incidents.at(-1).to).toBe(iso(plus(at(1), 4_498_000)));
  });

  it.each([
    ['?month=2026-13', 'period_invalid'],
    ['?from=2026-11-01T00:00:00.000Z', 'period_invalid'],
    ['?month=2026-11&from=2026-11-01T00:00:00.000Z&to=2026-11-02T00:00:00.000Z', 'period_invalid'],
    ['?from=2026-11-02T00:00:00.000Z&to=2026-11-01T00:00:00.000Z', 'period_invalid'],
    ['?from=2024-11-02T00:00:00.000Z&to=2026-11-01T00:00:00.000Z', 'period_too_long'],
  ])('is not told for %s', async (query, code) => {
    const { body } = await app.admin.get(`/v1/clusters/${app.clusterId}/availability${query}`).expect(400);
    expect(body).toMatchObject({ code });
  });

  it('does not exist for another customer', async () => {
    const { agent } = await app.tokenFor({ scopes: ['read'], customerId: await app.customer('Another') });
    await agent.get(`/v1/clusters/${app.clusterId}/availability`).expect(404);
    const owner = await app.tokenFor({ scopes: ['read'], customerId: app.customerId });
    await account('', owner.agent);
  });

  it('lasts as long as changes are kept; the last one of a cluster stays, for what it says still holds', async () => {
    const years = app.clock.now() - 6 * 366 * DAY_MS;
    await putTransition(app, app, instant(years), 'lost');
    await putTransition(app, app, instant(years + DAY_MS), 'at-risk');
    await putTransition(app, app, instant(years + 2 * DAY_MS), 'ok');
    await putState(app, app, 'ok');
    const reading = (age: number, saidAgain = age) => ({
      ...{ id: randomUUIDv7(), source: 'arbiter' as const, instanceId: app.clusterId, raw: '{}', digest: '', looks: 2 },
      ...{ clusterId: null, customerId: null, nodeId: null },
      ...{ at: plus(app.clock.now(), -age), lastAt: plus(app.clock.now(), -saidAgain) },
    });
    const old = Array.from({ length: 1_200 }, () => reading(8 * DAY_MS));
    for (const piece of [old.slice(0, 600), old.slice(600), [reading(6 * DAY_MS), reading(8 * DAY_MS, DAY_MS)]])
      await app.database.write((tx) => insertRows(tx, Reading, ...piece));
    await app.umpire.app.get(PruneHistory, { strict: false }).run();
    const { manager } = app.database.read;
    expect((await manager.find(VoteTransition)).map(({ to }) => to)).toEqual(['ok']);
    expect(await manager.countBy(Reading, { instanceId: app.clusterId })).toBe(2);
    expect((await account()).seconds.unknown).toBe(0);
  });
});
