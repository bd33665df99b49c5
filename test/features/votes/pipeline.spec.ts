import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '../../../src/core/time.ts';
import { rawOf } from '../../../src/votes/raw-reading.ts';
import { KeepReadings } from '../../../src/votes/keep-readings.ts';
import { JudgeVotes } from '../../../src/votes/judge-votes.ts';
import type { NewReading } from '../../../src/votes/source.ts';
import { InstanceStateRow, Reading, VoteStateRow, VoteTransition } from '../../../src/votes/vote.entity.ts';
import { Node } from '../../../src/clusters/cluster.entity.ts';
import { WatchFreshness } from '../../../src/votes/watch-freshness.ts';
import { startApp } from '../app.ts';
import { CLUSTER_NAME, told } from '../fake-cluster.ts';
import { eventually, startJobsApp, type JobsApp } from '../jobs/jobs-app.ts';

let app: JobsApp;
beforeEach(async () => {
  // Nobody looks by himself: what is said, and when, is in the test's hand.
  app = await startJobsApp({ app: { config: { cadence: { arbiterEveryMs: 300_000, nodesEveryMs: 3_600_000 } } } });
  await app.ended(await app.onboard());
  // One look at each host follows the job by itself.
  const before = await looks();
  await eventually(looks, (now) => now >= before + 3);
  await eventually(state, (row) => row?.state === 'ok');
});
afterEach(() => app.close());

const rows = <T extends object>(entity: new () => T): Promise<T[]> => app.database.read.manager.find(entity);
const state = async (): Promise<VoteStateRow | null> => (await rows(VoteStateRow))[0] ?? null;
const instance = async (): Promise<InstanceStateRow | null> => (await rows(InstanceStateRow))[0] ?? null;
const codes = (row: { findings: readonly { code: string }[] } | null) => row?.findings.map(({ code }) => code) ?? [];

const looks = async (): Promise<number> => (await rows(Reading)).reduce((sum, one) => sum + one.looks, 0);

/** The newest reading of each source, as a template for what it says next. */
const newest = async (): Promise<{ arbiter: Reading; nodes: Reading[] }> => {
  const all = (await rows(Reading)).toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
  const arbiter = all.find(({ source }) => source === 'arbiter') ?? expect.fail('the arbiter said nothing');
  const nodeIds = [...new Set(all.flatMap(({ nodeId }) => nodeId ?? []))].toSorted();
  return { arbiter, nodes: nodeIds.map((id) => all.find(({ nodeId }) => nodeId === id) ?? expect.fail()) };
};

type Outputs = Record<string, string>;

/** What a source says now: what it said last, with another output in the place of some. */
const saying = async (which: 'arbiter' | number, other: (outputs: Outputs) => Outputs = (same) => same) => {
  const { arbiter, nodes } = await newest();
  const reading = which === 'arbiter' ? arbiter : (nodes[which - 1] ?? expect.fail('no such node'));
  const raw = rawOf(reading.raw);
  if (!('tools' in raw)) throw new Error('it was not reached');
  const outputs = Object.fromEntries(Object.entries(raw.tools).map(([name, { stdout }]) => [name, stdout]));
  const said = Object.entries(other(outputs)).map(([name, text]) => [name, { ...told(text), ...exitOf(text) }]);
  const node = (await rows(Node)).find(({ id }) => id === reading.nodeId);
  const source: NewReading['source'] =
    which === 'arbiter'
      ? { kind: 'arbiter', instanceId: reading.instanceId ?? '', arbiterId: app.arbiterId }
      : {
          ...{ kind: 'node', nodeId: reading.nodeId ?? '', clusterId: app.clusterId, customerId: app.customerId },
          address: node?.address ?? '',
        };
  return { source, at: app.clock.now(), raw: { tools: Object.fromEntries(said) } } satisfies NewReading;
};
const exitOf = (text: string) => (text === DOWN ? { exitCode: 3, stdout: '', stderr: DOWN } : {});
const DOWN = "corosync-qnetd-tool: Can't connect to qnetd socket (is QNetd running?): No such file or directory\n";

const keep = (...readings: readonly NewReading[]) => app.umpire.app.get(KeepReadings, { strict: false }).run(readings);
const sweep = () => app.umpire.app.get(WatchFreshness, { strict: false }).run();

describe('what is said again', () => {
  it('stands in one row, which tells from when to when and how often; another meaning has a row of its own', async () => {
    const { arbiter } = await newest();
    const before = await rows(Reading);
    for (let i = 0; i < 3; i += 1) {
      app.clock.advance(SECOND_MS);
      await keep(await saying('arbiter'));
    }
    expect(await rows(Reading)).toHaveLength(before.length);
    const { arbiter: now } = await newest();
    expect(now).toEqual({ ...arbiter, looks: arbiter.looks + 3, lastAt: app.clock.now() });
    await keep(
      await saying('arbiter', (outputs) => ({
        ...outputs,
        clients: outputs['clients']?.replace('NACK', 'ACK').replaceAll('ACK)', 'NACK)') ?? '',
      })),
    );
    expect(await rows(Reading)).toHaveLength(before.length + 1);
  });

  it('is judged no more: a look that brings nothing new writes no state and no transition', async () => {
    const judged = await state();
    app.clock.advance(SECOND_MS);
    await keep(await saying('arbiter'), await saying(1), await saying(2));
    expect(await state()).toEqual(judged);
  });

  it('by a source that had grown old is news again', async () => {
    app.clock.advance(10 * 3_600_000);
    await sweep();
    expect((await state())?.state).toBe('unknown');
    const before = await rows(Reading);
    await keep(await saying('arbiter'), await saying(1), await saying(2));
    expect((await state())?.state).toBe('ok');
    // A row tells of looks without a gap between them: none of the old ones is said to have gone on through the silence.
    const now = await rows(Reading);
    expect(now.filter(({ id }) => before.some((old) => old.id === id))).toEqual(before);
    expect(now).toHaveLength(before.length + 3);
  });

  it('by an arbiter that had grown old counts for every cluster, whichever it says something else of', async () => {
    app.clock.advance(800 * SECOND_MS);
    await sweep();
    expect((await state())?.state).toBe('at-risk');
    await keep(
      await saying('arbiter', ({ status = '', clients = '', ...outputs }) => ({
        ...outputs,
        status: status.replace(/(Connected clients:\s+)2/, '$14').replace(/(Connected clusters:\s+)1/, '$12'),
        clients: clients + clients.replaceAll(CLUSTER_NAME, 'another').replaceAll('10.77.', '10.88.'),
      })),
    );
    expect(codes(await instance())).toContain('client_of_unknown_cluster');
    expect((await state())?.state).toBe('ok');
  });
});

describe('what is said otherwise', () => {
  it('changes state, presence and figures at that very look, with a transition and a moment to draw alerts at', async () => {
    app.clock.advance(SECOND_MS);
    await keep(await saying('arbiter', (outputs) => ({ ...outputs, status: DOWN, clients: DOWN })));
    const row = await state();
    expect(row).toMatchObject({
      state: 'at-risk',
      arbiterVote: 'unknown',
      since: app.clock.now(),
      evaluateAt: app.clock.now(),
    });
    expect(codes(row)).toContain('qnetd_down');
    const last = (await rows(VoteTransition)).toSorted((a, b) => (a.id < b.id ? 1 : -1))[0];
    expect(last).toMatchObject({ from: 'ok', to: 'at-risk', presence: row?.presence, at: app.clock.now() });
    expect(await instance()).toMatchObject({ state: 'degraded', clients: null, evaluateAt: app.clock.now() });
    app.clock.advance(SECOND_MS);
    const { arbiter } = await newest();
    expect(arbiter.raw).toContain('is QNetd running');
  });

  it('of an imposter is on the arbiter and on the cluster at once', async () => {
    await keep(
      await saying('arbiter', (outputs) => ({
        ...outputs,
        clients: (outputs['clients'] ?? '').replace('Yes (client certificate verified)', 'No'),
      })),
    );
    expect(codes(await instance())).toContain('client_not_verified');
    expect(codes(await state())).toContain('client_not_verified');
    expect((await state())?.state).toBe('at-risk');
  });

  it('and could not be stored was not said', async () => {
    const judged = await state();
    const lie = await saying('arbiter', (outputs) => ({ ...outputs, status: DOWN, clients: DOWN }));
    await expect(keep({ ...lie, at: null as never })).rejects.toThrow(/NOT NULL/);
    const cluster = await app.admin.get(`/v1/clusters/${app.clusterId}/vote`).expect(200);
    expect(cluster.body).toMatchObject({ state: 'ok' });
    expect(await state()).toEqual(judged);
  });
});

describe('silence', () => {
  it('moves the state at the moment at which the views stop counting, and not before (invariant 21)', async () => {
    const { freshUntil } = (await state()) ?? expect.fail();
    app.clock.advance((freshUntil ?? 0) - app.clock.now() - 1);
    await sweep();
    expect((await state())?.state).toBe('ok');
    app.clock.advance(1);
    await sweep();
    const row = await state();
    expect(row).toMatchObject({ state: 'at-risk', since: freshUntil });
    expect(codes(row)).toContain('arbiter_view_stale');
  });

  it('of the service itself was unknown time, from the moment on at which its views stopped counting', async () => {
    const { freshUntil } = (await state()) ?? expect.fail();
    const again = await saying('arbiter');
    const nodes = [await saying(1), await saying(2)];
    await app.stop();
    app.clock.advance(600 * MINUTE_MS);
    const next = await startApp({
      dataDirectory: app.config.dataDirectory,
      clock: app.clock,
      config: { role: 'all', cadence: app.config.cadence },
    });
    const at = app.clock.now();
    await next.umpire.app
      .get(KeepReadings, { strict: false })
      .run([again, ...nodes].map((reading) => ({ ...reading, at })));
    const transitions = (await next.database.read.manager.find(VoteTransition)).toSorted((a, b) => a.at - b.at);
    expect(transitions.slice(-2).map(({ at, to, presence }) => ({ at, to, presence }))).toEqual([
      { at: freshUntil, to: 'unknown', presence: 'unknown' },
      { at, to: 'ok', presence: 'present' },
    ]);
    expect(codes(transitions.at(-2) ?? null)).toEqual(['vote_not_watched']);
    await next.stop();
  });

  it('is no silence while the same is said: the moment only moves on', async () => {
    const before = (await state()) ?? expect.fail();
    app.clock.advance((before.freshUntil ?? 0) - app.clock.now() - SECOND_MS);
    await keep(await saying('arbiter'), await saying(1), await saying(2));
    app.clock.advance(2 * SECOND_MS);
    await sweep();
    const after = (await state()) ?? expect.fail();
    expect(after.freshUntil).toBeGreaterThan(app.clock.now());
    expect({ ...after, freshUntil: null }).toEqual({ ...before, freshUntil: null });
  });
});

describe('a restart', () => {
  it('finds the newest views in the database', async () => {
    await app.stop();
    const next = await startApp({
      dataDirectory: app.config.dataDirectory,
      clock: app.clock,
      config: { cadence: app.config.cadence },
    });
    const answer = await next.admin.get(`/v1/clusters/${app.clusterId}/vote`).expect(200);
    expect(answer.body).toMatchObject({ state: 'ok', sources: [{ fresh: true }, { fresh: true }, { fresh: true }] });
    expect(next.umpire.app.get(JudgeVotes, { strict: false })).toBeDefined();
    await next.stop();
  });
});
