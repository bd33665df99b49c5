import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostAddress } from '../../../src/core/names.ts';
import { MINUTE_MS } from '../../../src/core/time.ts';
import { SshFailure } from '../../../src/platform/ssh/ssh-failure.ts';
import { WatchVotes } from '../../../src/votes/watch-votes.ts';
import type { Agent } from '../app.ts';
import { addressOf } from '../fake-cluster.ts';
import { created, eventually, FINGERPRINT, startJobsApp, type JobsApp } from '../jobs/jobs-app.ts';
import { putState, takeForOnboarded } from '../vote-rows.ts';

describe('what if, of a cluster that is onboarded', () => {
  let app: JobsApp;
  beforeAll(async () => {
    app = await startJobsApp();
    await app.ended(await app.onboard());
  });
  afterAll(() => app.close());

  const whatIf = (query: string) => app.admin.get(`/v1/clusters/${app.clusterId}/what-if${query}`);

  it('a node is down: the other one stays quorate with the arbiter’s vote, and why', async () => {
    const { body } = await whatIf('?down=1').expect(200);
    expect(body).toMatchObject({
      ...{ expectedVotes: 3, quorum: 2, quorate: [2] },
      outcomes: [{ nodeId: 2, partition: [2], votes: 2, quorate: true }],
      assumed: {
        device: { algorithm: 'ffsplit', votes: 1 },
        tieBreaker: 'lowest',
        tieBreakerSeen: true,
        twoNode: false,
      },
    });
    expect(body.reasons.map(({ text }: { text: string }) => text).join(' ')).toContain('ffsplit');
    for (const reason of body.reasons) expect(reason.source).toMatch(/corosync|votequorum/);
  });

  it('the arbiter is away too: nobody', async () => {
    expect((await whatIf('?down=1&arbiter=down').expect(200)).body).toMatchObject({ quorate: [] });
    expect((await whatIf('?arbiter=down').expect(200)).body).toMatchObject({ quorate: [1, 2] });
  });

  it('the nodes are cut from each other: the tie-breaker decides, by its name', async () => {
    const { body } = await whatIf('?partitions=1|2').expect(200);
    expect(body.quorate).toEqual([1]);
    expect(JSON.stringify(body.reasons)).toContain('tie-breaker (the lowest node id)');
  });

  it('is not asked of nodes that it does not have, or in two places at once', async () => {
    expect((await whatIf('?down=3').expect(400)).body).toMatchObject({ code: 'what_if_unknown_node' });
    expect((await whatIf('?partitions=1,2|2').expect(400)).body).toMatchObject({ code: 'what_if_bad_partitions' });
    await whatIf('?down=one').expect(400);
    await whatIf('?arbiter=maybe').expect(400);
  });

  it('does not exist for another customer', async () => {
    const { agent } = await app.tokenFor({ scopes: ['read'], customerId: await app.customer('Another') });
    await agent.get(`/v1/clusters/${app.clusterId}/what-if`).expect(404);
  });
});

describe('what if, of a cluster that was never looked at', () => {
  it('is refused while nobody knows its node ids', async () => {
    const app = await startJobsApp();
    const { body } = await app.admin.get(`/v1/clusters/${app.clusterId}/what-if`).expect(409);
    expect(body).toMatchObject({ code: 'node_ids_unknown' });
    await app.close();
  });
});

describe('an arbiter with clusters of two customers', () => {
  let app: JobsApp;
  let customerId: string;
  let otherCluster: string;
  let customer: Agent;
  let other: Agent;

  beforeAll(async () => {
    app = await startJobsApp();
    await app.ended(await app.onboard());
    await eventually(
      async () => (await app.admin.get(`/v1/arbiters/${app.arbiterId}/clients`)).body.items.length as number,
      (clients) => clients === 2,
    );
    customerId = await app.customer('Another');
    otherCluster = await created(app.admin, '/v1/clusters', {
      ...{ customerId, arbiterId: app.arbiterId, name: 'theirs', kind: 'corosync' },
      nodes: [11, 12].map((id) => ({
        ...{ address: addressOf(id), credentialId: app.credentialId, hostKeyFingerprint: FINGERPRINT },
      })),
    });
    await takeForOnboarded(app, otherCluster);
    customer = (await app.tokenFor({ scopes: ['read'], customerId: app.customerId })).agent;
    other = (await app.tokenFor({ scopes: ['read'], customerId })).agent;
    await putState(app, app, 'ok');
  });
  afterAll(() => app.close());

  const impact = async (agent: Agent) =>
    (await agent.get(`/v1/arbiters/${app.arbiterId}/restart-impact`).expect(200)).body;
  const clients = (agent: Agent, query = '') => agent.get(`/v1/arbiters/${app.arbiterId}/clients${query}`);

  it('may not stop while it is not known of one of them what would become of it (invariant 21)', async () => {
    const { safe, instances } = await impact(app.admin);
    expect(safe).toBe(false);
    expect(instances).toMatchObject([
      {
        ...{ name: 'shared', port: 5403, safe: false, findings: [], staysQuorate: 1, wouldLose: [], lost: [] },
        notKnown: [{ clusterId: otherCluster, customerId, reason: { code: 'restart_impact_unknown' } }],
      },
    ]);
  });

  it('may stop when all are well, and not on a state that no view backs any more', async () => {
    await putState(app, { clusterId: otherCluster, customerId }, 'ok');
    expect(await impact(app.admin)).toMatchObject({ safe: true, instances: [{ staysQuorate: 2, notKnown: [] }] });
    await putState(app, { clusterId: otherCluster, customerId }, 'ok', { freshUntil: null });
    expect(await impact(app.admin)).toMatchObject({ safe: false });
    await putState(app, { clusterId: otherCluster, customerId }, 'lost');
    expect(await impact(app.admin)).toMatchObject({ safe: true, instances: [{ lost: [{ clusterId: otherCluster }] }] });
  });

  it('shows each customer its own clusters, and counts no others', async () => {
    await putState(app, { clusterId: otherCluster, customerId }, 'unknown');
    expect(await impact(customer)).toMatchObject({ safe: true, instances: [{ staysQuorate: 1, notKnown: [] }] });
    const theirs = await impact(other);
    expect(theirs).toMatchObject({ safe: false, instances: [{ staysQuorate: 0 }] });
    expect(JSON.stringify(theirs)).not.toContain(app.clusterId);
  });

  it('lists its clients with the cluster that each belongs to, TLS and the vote', async () => {
    const { body } = await clients(app.admin).expect(200);
    expect(body.nextCursor).toBeNull();
    expect(body.instances).toMatchObject([{ name: 'shared', fresh: true, finding: null }]);
    expect(body.items).toMatchObject(
      [1, 2].map((nodeId) => ({
        ...{ nodeId, clusterId: app.clusterId, customerId: app.customerId, address: addressOf(nodeId) },
        ...{ tls: { active: true, certificateVerified: true }, vote: { stands: 'ack' } },
      })),
    );
  });

  it('lists them page by page', async () => {
    const first = (await clients(app.admin, '?limit=1').expect(200)).body;
    expect(first.items).toMatchObject([{ nodeId: 1 }]);
    const second = (await clients(app.admin, `?limit=1&cursor=${first.nextCursor}`).expect(200)).body;
    expect(second).toMatchObject({ items: [{ nodeId: 2 }], nextCursor: null });
    expect((await clients(app.admin, '?cursor=abc').expect(400)).body).toMatchObject({ code: 'invalid_cursor' });
  });

  it('shows a customer the clients of its own clusters, and not how many there are', async () => {
    expect((await clients(customer).expect(200)).body.items).toHaveLength(2);
    const { body } = await clients(other).expect(200);
    expect(body).toMatchObject({ items: [], instances: [{ connected: null }] });
  });

  it('does not exist for a customer that it does not serve', async () => {
    const { agent } = await app.tokenFor({ scopes: ['read'], customerId: await app.customer('A third') });
    await agent.get(`/v1/arbiters/${app.arbiterId}/restart-impact`).expect(404);
    await clients(agent).expect(404);
  });

  it('may not stop while the last node of a cluster lives on its vote, and says so', async () => {
    await putState(app, { clusterId: otherCluster, customerId }, 'ok');
    const address = addressOf(2);
    app.hosts.cluster.down.add(2);
    app.hosts.before(
      'look-node.sh',
      () => Promise.reject(new SshFailure('ssh_connect_timeout', address as HostAddress)),
      address,
    );
    await app.umpire.app.get(WatchVotes, { strict: false }).soon(app.clusterId);
    await eventually(
      async () => (await app.admin.get(`/v1/clusters/${app.clusterId}/vote`)).body.findings as { code: string }[],
      (findings) => findings.some(({ code }) => code === 'one_failure_from_loss'),
    );
    // The watch may still be writing down what it saw: the record is as this test needs it once that is done.
    const { safe, instances } = await eventually(
      async () => {
        await putState(app, app, 'at-risk');
        return impact(app.admin);
      },
      (told) => told.instances[0].wouldLose.length > 0,
    );
    expect(safe).toBe(false);
    expect(instances).toMatchObject([
      {
        wouldLose: [
          {
            clusterId: app.clusterId,
            reason: { code: 'restart_loses_quorum', params: { votesWithoutDevice: 1, quorum: 2 } },
          },
        ],
      },
    ]);
  });

  it('may not stop when nobody has read it: unregistered clusters may hang on it', async () => {
    await putState(app, { clusterId: otherCluster, customerId }, 'ok');
    app.hosts.before('look-arbiter.sh', () => Promise.reject(new Error('nobody looks')));
    app.clock.advance(10 * MINUTE_MS);
    const { safe, instances } = await impact(app.admin);
    expect(safe).toBe(false);
    expect(instances).toMatchObject([{ findings: [{ code: 'connected_clusters_unknown' }] }]);
  });
});
