import { vi } from 'vitest';
import { WatchAlerts } from '../../../src/alerts/watch-alerts.ts';
import { MaintenanceWindowRow } from '../../../src/maintenance/maintenance-window.entity.ts';
import { ArbitersStore } from '../../../src/arbiters/arbiters.store.ts';
import { ClustersStore } from '../../../src/clusters/clusters.store.ts';
import type { MaintenanceWindow } from '../../../src/core/maintenance/window.ts';
import { error, type Finding } from '../../../src/core/finding.ts';
import { SECOND_MS } from '../../../src/core/time.ts';
import type { Notice } from '../../../src/core/notifications/notice.ts';
import { EnqueueNotice } from '../../../src/notifications/enqueue-notice.ts';
import { randomUUIDv7 } from '../../../src/platform/crypto/random.ts';
import { EVERYTHING } from '../../../src/platform/database/scope.ts';
import { InstanceStateRow, VoteStateRow } from '../../../src/votes/vote.entity.ts';
import { WatchVotes } from '../../../src/votes/watch-votes.ts';
import { startApp, type TestApp } from '../app.ts';
import type { Start } from '../each-database.ts';
import { created, FINGERPRINT } from '../jobs/jobs-app.ts';

export const LOOK_MS = 2 * SECOND_MS;

/** An alert as the API shows it. */
export interface ShownAlert {
  readonly id: string;
  readonly dedupKey: string;
  readonly rule: string;
  readonly severity: string;
  readonly state: string;
  readonly summary: string;
  readonly findings: readonly Finding[];
  readonly since: string;
  readonly openedAt: string;
  readonly clearedAt: string | null;
  readonly resolvedAt: string | null;
  readonly resolution: string | null;
  readonly updates: number;
  readonly recurrences: number;
  readonly ticket: object | null;
  readonly version: number;
}

export const found = (...codes: string[]): Finding[] => codes.map((code) => error(code, 'duo', 'A message.'));

export const HEALTHY: Partial<VoteStateRow> = { state: 'ok', presence: 'present', findings: [] };
export const AT_RISK: Partial<VoteStateRow> = {
  state: 'at-risk',
  presence: 'degraded',
  findings: found('node_offline'),
};
export const ABSENT: Partial<VoteStateRow> = {
  state: 'at-risk',
  presence: 'absent',
  findings: found('client_vote_refused'),
};
export const LOST: Partial<VoteStateRow> = { state: 'lost', presence: 'absent', findings: found('quorum_lost') };
export const UNKNOWN: Partial<VoteStateRow> = {
  state: 'unknown',
  presence: 'unknown',
  findings: found('no_fresh_node_view'),
};

/** The service with one customer, one arbiter and one onboarded cluster, whose states are in the test's hand. */
export interface AlertsApp extends TestApp {
  readonly customerId: string;
  readonly arbiterId: string;
  readonly instanceId: string;
  readonly clusterId: string;
  /** What was told so far, by whichever process. */
  readonly notices: readonly Notice[];
  /** A judgement of the cluster's vote, as the watch of the votes would leave it. */
  vote(state: Partial<VoteStateRow>, clusterId?: string): Promise<void>;
  instance(state: Partial<InstanceStateRow>): Promise<void>;
  /** Some seconds pass, and then what is due is looked at. */
  pass(seconds?: number): Promise<void>;
  alerts(query?: string): Promise<ShownAlert[]>;
  /** One more onboarded cluster of the same customer. */
  cluster(name: string): Promise<string>;
  /** Exactly these windows are over the cluster. */
  announce(...windows: MaintenanceWindow[]): Promise<void>;
}

export const startAlertsApp = async (
  start: Start = startApp,
  options: Parameters<Start>[0] = {},
): Promise<AlertsApp> => {
  // Nobody looks at hosts that are not there: states are what the test says, also after a restart.
  vi.spyOn(WatchVotes.prototype, 'schedule').mockResolvedValue();
  const app = await start(options);
  const credentialId = await created(app.admin, '/v1/ssh-credentials', { name: 'c', user: 'root', generate: true });
  const bakery = { name: 'Bakery', externalRefs: [{ system: 'psa', id: '4711' }] };
  const customerId = await created(app.admin, '/v1/customers', bakery);
  const host = { credentialId, hostKeyFingerprint: FINGERPRINT };
  const arbiterId = await created(app.admin, '/v1/arbiters', { name: 'north', address: '10.77.0.2', ...host });
  const instanceId = await prepared(app, arbiterId);
  const cluster = async (name: string): Promise<string> => {
    const nodes = [1, 2].map((id) => ({ address: `${name}-${id}.example`, ...host }));
    const body = { customerId, arbiterId, name, kind: 'corosync', nodes };
    return onboarded(app, await created(app.admin, '/v1/clusters', body));
  };
  const clusterId = await cluster('duo');
  return {
    ...app,
    customerId,
    arbiterId,
    instanceId,
    clusterId,
    cluster,
    ...handsOn(app, { customerId, arbiterId, instanceId, clusterId }),
  };
};

/** The same hands on another process that shares the database, or on the next one. */
export const handsOn = (
  app: TestApp,
  ids: Pick<AlertsApp, 'customerId' | 'arbiterId' | 'instanceId' | 'clusterId'>,
): Pick<AlertsApp, 'notices' | 'vote' | 'instance' | 'pass' | 'alerts' | 'announce'> => {
  const { app: nest } = app.umpire;
  const watch = nest.get(WatchAlerts, { strict: false });
  const notices: Notice[] = [];
  const outbox = nest.get(EnqueueNotice, { strict: false });
  const put = outbox.run.bind(outbox);
  vi.spyOn(outbox, 'run').mockImplementation(async (tx, notice) => {
    await put(tx, notice);
    tx.afterCommit(() => notices.push(notice));
  });
  const { customerId, arbiterId } = ids;
  return {
    notices,
    vote: (state, clusterId = ids.clusterId) =>
      app.database.write(async (tx) => {
        const now = app.clock.now();
        const before = await tx.manager.findOneBy(VoteStateRow, { clusterId });
        const since = before && before.state === state.state ? before.since : now;
        const figures = {
          arbiterVote: 'ack' as const,
          lossesWithArbiter: 1,
          lossesWithoutArbiter: 0,
          freshUntil: null,
        };
        const row = { clusterId, customerId, since, ...figures, judgedAt: now, evaluateAt: now };
        const healthy = { state: 'ok' as const, presence: 'present' as const, findings: [] };
        await tx.manager.upsert(VoteStateRow, { ...row, ...healthy, ...state }, ['clusterId']);
      }),
    instance: (state) =>
      app.database.write(async (tx) => {
        const now = app.clock.now();
        const row = { instanceId: ids.instanceId, arbiterId, since: now, clients: 2, judgedAt: now, evaluateAt: now };
        await tx.manager.upsert(InstanceStateRow, { ...row, state: 'ok', findings: [], ...state }, ['instanceId']);
      }),
    pass: async (seconds = LOOK_MS / SECOND_MS) => {
      app.clock.advance(seconds * SECOND_MS);
      // The service looks by itself as well: the look that is under way may have begun before the test's last word.
      await watch.look();
      await watch.look();
    },
    alerts: async (query = '') => {
      const { body } = await app.admin.get(`/v1/alerts${query}`).expect(200);
      return (body as { items: ShownAlert[] }).items;
    },
    announce: (...windows) =>
      app.database.write(async (tx) => {
        await tx.manager.delete(MaintenanceWindowRow, { clusterId: ids.clusterId });
        const over = { customerId, clusterId: ids.clusterId, arbiterId: null, reason: 'a new disk', version: 1 };
        const rows = windows.map((window) => ({ id: randomUUIDv7(), ...over, ...window }));
        if (rows.length > 0) await tx.manager.insert(MaintenanceWindowRow, rows);
      }),
  };
};

const prepared = async (app: TestApp, arbiterId: string): Promise<string> => {
  const arbiters = app.umpire.app.get(ArbitersStore, { strict: false });
  const [instance] = await arbiters.instancesOf(app.database.read, EVERYTHING, arbiterId);
  if (!instance) throw new Error('the arbiter has no instance');
  await app.database.write((tx) => arbiters.updateInstance(tx, { ...instance, state: 'prepared' }));
  return instance.id;
};

/** As an onboarding would leave it on record. */
const onboarded = async (app: TestApp, clusterId: string): Promise<string> => {
  const clusters = app.umpire.app.get(ClustersStore, { strict: false });
  await app.database.write(async (tx) => {
    const cluster = await clusters.find(tx, EVERYTHING, clusterId);
    if (!cluster) throw new Error('there is no such cluster');
    const device = { algorithm: 'ffsplit', votes: 1 } as const;
    await clusters.update(
      tx,
      { ...cluster, state: 'onboarded', device, version: cluster.version + 1 },
      cluster.version,
    );
  });
  return clusterId;
};
