import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Alert, PendingAlert } from '../../../src/alerts/alert.entity.ts';
import { onPostgres, PostgresServer } from '../../platform/postgres-server.ts';
import { startApp } from '../app.ts';
import { ABSENT, AT_RISK, handsOn, HEALTHY, startAlertsApp, type AlertsApp } from './alerts-app.ts';

describe('a restart of the service', () => {
  it('forgets neither what waits nor what is open', async () => {
    const first = await startAlertsApp();
    await first.vote(AT_RISK);
    await first.pass(200);
    const { clock, config } = first;
    await first.stop();
    clock.advance(60_000);
    const app = await startApp({ dataDirectory: config.dataDirectory, clock });
    const next = handsOn(app, first);
    await next.pass(38);
    expect(await next.alerts()).toEqual([]);
    await next.pass(2);
    expect(await next.alerts()).toEqual([
      expect.objectContaining({ rule: 'vote_at_risk', since: '2026-11-22T10:00:00.000Z' }),
    ]);
    await app.close();
    vi.restoreAllMocks();
  });
});

const CLUSTERS = 24;

const twoWorkers = (): void => {
  let server: PostgresServer;
  let folder: string;
  let one: AlertsApp;
  let two: Pick<AlertsApp, 'notices' | 'pass'> & { stop(): Promise<void> };
  let clusters: string[];

  beforeAll(async () => {
    server = await PostgresServer.start();
    folder = mkdtempSync(join(tmpdir(), 'umpire-alerts-'));
    const config = { databaseUrl: server.createDatabase(), kekFile: join(folder, 'kek') };
    one = await startAlertsApp(startApp, { config });
    const beside = await startApp({
      config: { ...config, dataDirectory: join(folder, 'two') },
      dataDirectory: join(folder, 'two'),
      clock: one.clock,
    });
    two = { ...beside, ...handsOn(beside, one) };
    clusters = [one.clusterId];
    while (clusters.length < CLUSTERS) clusters.push(await one.cluster(`c${clusters.length}`));
  }, 120_000);
  afterAll(async () => {
    await two.stop();
    await one.close();
    await server.stop();
    rmSync(folder, { recursive: true });
    vi.restoreAllMocks();
  });

  /** Both at the same moment, as often as it takes for both to have had their turn. */
  const both = async (seconds: number) => {
    await Promise.all([one.pass(seconds), two.pass(0)]);
    await Promise.all([one.pass(2), two.pass(2)]);
  };
  const all = () => one.database.read.manager.find(Alert);
  const told = () => [...new Set([...one.notices, ...two.notices])];

  it('open each alert once, tell it once, and have it once in the audit log', async () => {
    for (const id of clusters) await one.vote(ABSENT, id);
    await both(2);
    const keys = (await all()).map(({ dedupKey }) => dedupKey);
    expect(keys).toHaveLength(CLUSTERS);
    expect(new Set(keys).size).toBe(CLUSTERS);
    expect(told()).toHaveLength(CLUSTERS);
    const { body } = await one.admin.get('/v1/audit/events?kind=alert.opened&limit=500').expect(200);
    expect((body as { items: object[] }).items).toHaveLength(CLUSTERS);
  });

  it('leave nothing that waits twice, and resolve each alert once', async () => {
    await both(300);
    for (const id of clusters) await one.vote(HEALTHY, id);
    await both(2);
    await both(120);
    const alerts = await all();
    expect(alerts.filter(({ state }) => state === 'open')).toEqual([]);
    expect(alerts).toHaveLength(2 * CLUSTERS);
    expect(told()).toHaveLength(4 * CLUSTERS);
    expect(await one.database.read.manager.count(PendingAlert)).toBe(0);
  });
};

describe('two workers on one PostgreSQL', () => {
  onPostgres(twoWorkers);
});
