import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { CertificatesStore } from '../../../src/certificates/certificates.store.ts';
import type { Certificate } from '../../../src/certificates/certificate.entity.ts';
import { DAY_MS, plus } from '../../../src/core/time.ts';
import { Job } from '../../../src/jobs/job.entity.ts';
import { JobsStore } from '../../../src/jobs/jobs.store.ts';
import { randomUUIDv7 } from '../../../src/platform/crypto/random.ts';
import { onEachDatabase } from '../each-database.ts';
import { error } from '../../../src/core/finding.ts';
import type { Agent } from '../app.ts';
import { ABSENT, found, LOST, startAlertsApp, type AlertsApp, type ShownAlert } from './alerts-app.ts';

const ABSENT_ID = '01900000-0000-7000-8000-000000000000';

onEachDatabase('alerts over the API', (start) => {
  let app: AlertsApp;
  let other: string;
  let owner: Agent;
  let another: Agent;
  beforeAll(async () => {
    app = await startAlertsApp(start);
    owner = (await app.tokenFor({ scopes: ['operate'], customerId: app.customerId })).agent;
    another = (await app.tokenFor({ scopes: ['admin'], customerId: await app.customer('Another') })).agent;
    other = await app.cluster('other');
    await app.vote(ABSENT);
    await app.vote(LOST, other);
    await app.instance({ state: 'degraded', findings: found('client_not_verified') });
    await app.pass();
  });
  afterAll(async () => {
    await app.close();
    vi.restoreAllMocks();
  });

  const shown = async (query: string, agent: Agent = app.admin) => {
    const { body } = await agent.get(`/v1/alerts${query}`).expect(200);
    return (body as { items: ShownAlert[] }).items.map(({ rule }) => rule).toSorted();
  };
  const one = async (rule: string) => {
    const [alert] = await app.alerts(`?rule=${rule}`);
    if (!alert) throw new Error(`no alert of ${rule}`);
    return alert;
  };

  it('are listed by state, rule, severity, cluster, arbiter and customer', async () => {
    expect(await shown('')).toEqual(['imposter', 'vote_absent', 'vote_lost']);
    expect(await shown('?state=open')).toHaveLength(3);
    expect(await shown('?state=resolved')).toEqual([]);
    expect(await shown('?rule=vote_lost')).toEqual(['vote_lost']);
    expect(await shown('?severity=critical')).toHaveLength(3);
    expect(await shown('?severity=info')).toEqual([]);
    expect(await shown(`?clusterId=${other}`)).toEqual(['vote_lost']);
    expect(await shown(`?arbiterId=${app.arbiterId}`)).toHaveLength(3);
    expect(await shown(`?customerId=${app.customerId}`)).toEqual(['vote_absent', 'vote_lost']);
    expect(await shown(`?arbiterId=${ABSENT_ID}`)).toEqual([]);
    await app.admin.get('/v1/alerts?state=pending').expect(400);
  });

  it('are paged, newest first', async () => {
    const first = (await app.admin.get('/v1/alerts?limit=2').expect(200)).body as {
      items: ShownAlert[];
      nextCursor: string;
    };
    const rest = (await app.admin.get(`/v1/alerts?limit=2&cursor=${first.nextCursor}`).expect(200))
      .body as typeof first;
    const ids = [...first.items, ...rest.items].map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(ids).toHaveLength(3);
    expect(rest.nextCursor).toBeNull();
  });

  it('of another customer, and of arbiters, do not exist for a customer’s token', async () => {
    expect(await shown('', owner)).toEqual(['vote_absent', 'vote_lost']);
    expect(await shown('', another)).toEqual([]);
    expect(await shown(`?customerId=${app.customerId}`, another)).toEqual([]);
    const { id } = await one('vote_lost');
    for (const path of [`/v1/alerts/${id}`, `/v1/alerts/${ABSENT_ID}`]) {
      await another.get(path).expect(404);
      await another.patch(path).set('If-Match', '*').send({ ticket: null }).expect(404);
    }
    await owner.get(`/v1/alerts/${(await one('imposter')).id}`).expect(404);
    await owner.get(`/v1/alerts/${id}`).expect(200);
  });

  it('take the PSA’s ticket, under If-Match, and tell it with what follows', async () => {
    const { id } = await one('vote_absent');
    const path = `/v1/alerts/${id}`;
    const ticket = { system: 'psa', id: 'T-2042' };
    const { headers } = await owner.get(path).expect(200);
    await owner.patch(path).send({ ticket }).expect(428);
    await owner.patch(path).set('If-Match', '"99"').send({ ticket }).expect(412);
    await owner
      .patch(path)
      .set('If-Match', '*')
      .send({ ticket: { system: 'P S A', id: 'x' } })
      .expect(400);
    await owner.patch(path).set('If-Match', '*').send({ state: 'resolved' }).expect(400);
    const changed = await owner
      .patch(path)
      .set('If-Match', headers['etag'] ?? '')
      .send({ ticket })
      .expect(200);
    expect(changed.body).toMatchObject({ ticket, version: 2 });
    expect(changed.headers['etag']).toBe('"2"');
    await app.vote({ state: 'ok' });
    await app.pass();
    await app.pass(60);
    expect(app.notices.at(-1)).toMatchObject({ event: 'alert.resolved', data: { ticket, alertId: id } });
    const stale = await owner.patch(path).set('If-Match', '"2"').send({ ticket: null });
    expect(stale.status).toBe(412);
    await owner.patch(path).set('If-Match', '*').send({ ticket: null }).expect(200);
    const { body } = await owner.get('/v1/audit/events?kind=alert.ticket-changed').expect(200);
    expect((body as { items: { data: object }[] }).items.map(({ data }) => data)).toEqual([
      { alertId: id, ticket: null },
      { alertId: id, ticket: 'psa T-2042' },
    ]);
  });

  it('a ticket is noted by who operates, and not by who reads', async () => {
    const { agent: reader } = await app.tokenFor({ scopes: ['read'] });
    await reader
      .patch(`/v1/alerts/${(await one('vote_lost')).id}`)
      .set('If-Match', '*')
      .send({ ticket: null })
      .expect(403);
  });

  it('a job that is frozen is told at once, and is over when a person had it go on', async () => {
    const jobs = app.umpire.app.get(JobsStore, { strict: false });
    const now = app.clock.now();
    const finding = error('job_frozen', '10.77.1.1', 'Undoing failed.');
    const job: Job = {
      ...{ id: randomUUIDv7(), kind: 'onboard', customerId: app.customerId, clusterId: app.clusterId },
      ...{ arbiterId: app.arbiterId, options: {}, state: 'frozen', direction: 'backward', cancelRequested: false },
      ...{ plan: { steps: [], findings: [], quorum: null }, finding, version: 1 },
      ...{ createdAt: now, plannedAt: now, startedAt: now, endedAt: now },
    };
    await app.database.write((tx) => jobs.insert(tx, job, []));
    await app.pass();
    expect(await one('job_frozen')).toMatchObject({ state: 'open', jobId: job.id, findings: [{ code: 'job_frozen' }] });
    expect(app.notices.at(-1)?.data).toMatchObject({ links: { job: `/v1/jobs/${job.id}` } });
    await app.database.write((tx) => jobs.updateJob(tx, { ...job, state: 'undone', version: 2 }));
    await app.pass();
    expect(await one('job_frozen')).toMatchObject({ state: 'resolved', resolution: 'healthy' });
  });

  it('a certificate that ends soon is told, then that it is over, until it is replaced', async () => {
    const certificates = app.umpire.app.get(CertificatesStore, { strict: false });
    const now = app.clock.now();
    const certificate: Certificate = {
      ...{ id: randomUUIDv7(), customerId: app.customerId, caId: randomUUIDv7(), arbiterId: app.arbiterId },
      ...{
        clusterId: app.clusterId,
        nodeId: null,
        purpose: 'client',
        subject: 'duo',
        serial: '05',
        state: 'installed',
      },
      ...{
        pem: null,
        sha256: null,
        keySha256: null,
        notBefore: plus(now, -335 * DAY_MS),
        notAfter: plus(now, 31 * DAY_MS),
      },
      ...{ revokedAt: null, jobId: randomUUIDv7(), version: 1, createdAt: now },
    };
    await app.database.write((tx) => certificates.insert(tx, certificate));
    await app.pass(300);
    expect(await shown('?rule=certificate_ends_soon')).toEqual([]);
    await app.pass(2 * 86_400);
    expect(await one('certificate_ends_soon')).toMatchObject({ state: 'open', severity: 'warning' });
    await app.pass(30 * 86_400);
    expect(await one('certificate_expired')).toMatchObject({ state: 'open', severity: 'critical' });
    expect((await one('certificate_expired')).findings[0]?.message).toContain('stands only until the next reconnect');
    expect(await one('certificate_ends_soon')).toMatchObject({ state: 'open' });
    await app.database.write((tx) => certificates.update(tx, { ...certificate, state: 'discarded' }));
    await app.pass(300);
    expect(await shown('?state=open&severity=warning')).not.toContain('certificate_ends_soon');
    expect(await one('certificate_expired')).toMatchObject({ state: 'resolved', resolution: 'healthy' });
  });

  it('the certificate of an arbiter is the MSP’s own', async () => {
    const certificates = app.umpire.app.get(CertificatesStore, { strict: false });
    const now = app.clock.now();
    const certificate: Certificate = {
      ...{ id: randomUUIDv7(), customerId: null, caId: randomUUIDv7(), arbiterId: app.arbiterId, clusterId: null },
      ...{ nodeId: app.arbiterId, purpose: 'server', subject: 'qnetd', serial: '06', state: 'installed' },
      ...{
        pem: null,
        sha256: null,
        keySha256: null,
        notBefore: plus(now, -800 * DAY_MS),
        notAfter: plus(now, 20 * DAY_MS),
      },
      ...{ revokedAt: null, jobId: randomUUIDv7(), version: 1, createdAt: now },
    };
    await app.database.write((tx) => certificates.insert(tx, certificate));
    await app.pass(300);
    const [alert] = await app.alerts('?rule=certificate_ends_soon&state=open');
    expect(alert).toMatchObject({ customerId: null, subject: { kind: 'arbiter', id: app.arbiterId } });
    expect(alert?.findings[0]?.subject).toBe('north');
    expect(await shown('?rule=certificate_ends_soon&state=open', owner)).toEqual([]);
  });
});
