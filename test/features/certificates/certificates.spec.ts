import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditEventRow } from '../../../src/audit/audit-event.entity.ts';
import { Certificate, CertificateAuthority } from '../../../src/certificates/certificate.entity.ts';
import { CLUSTER_NAME } from '../fake-cluster.ts';
import { startJobsApp, type JobsApp } from '../jobs/jobs-app.ts';

interface Shown {
  readonly id: string;
  readonly serial: string;
  readonly sha256: string;
  readonly pem: string;
  readonly notAfter: string;
  readonly nodeId: string;
}

describe('the certificates of an onboarded cluster', () => {
  let app: JobsApp;
  let shown: readonly Shown[];
  beforeAll(async () => {
    app = await startJobsApp();
    await app.ended(await app.onboard());
    shown = (await app.admin.get(`/v1/clusters/${app.clusterId}/certificates`).expect(200)).body.items as Shown[];
  });
  afterAll(() => app.close());

  const found = async (query: string) =>
    ((await app.admin.get(`/v1/certificates${query}`).expect(200)).body.items as Shown[]).map(({ id }) => id);

  it('are one for each node, bound to its key and named after the cluster, from the CA of the instance (invariant 16)', async () => {
    const [authority] = await app.database.read.manager.find(CertificateAuthority);
    const ca = new X509Certificate(authority?.pem ?? '');
    expect(new Set(shown.map(({ nodeId }) => nodeId)).size).toBe(2);
    for (const { pem, serial, sha256 } of shown) {
      const certificate = new X509Certificate(pem);
      expect(certificate.verify(ca.publicKey)).toBe(true);
      expect(certificate.subject).toBe(`CN=${CLUSTER_NAME}`);
      expect(certificate.serialNumber.toLowerCase()).toBe(serial.toLowerCase());
      expect(certificate.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(sha256);
    }
  });

  it('are shown as they are on record, and never with a private key', async () => {
    const rows = await app.database.read.manager.find(Certificate);
    expect(shown.map(({ id }) => id).toSorted()).toEqual(rows.map(({ id }) => id).toSorted());
    expect(JSON.stringify(shown)).not.toMatch(/PRIVATE|sealed/i);
  });

  it('were each reserved in the audit log before they were issued, under the same serial (invariant 16)', async () => {
    const rows = await app.database.read.manager.find(AuditEventRow, { order: { id: 'ASC' } });
    for (const { serial } of shown) {
      const kinds = rows.filter(({ data }) => (data as { serial?: string }).serial === serial).map(({ kind }) => kind);
      expect(kinds).toEqual(['certificate.reserved', 'certificate.issued', 'certificate.installed']);
    }
  });

  it('are found by cluster, by state and by the day on which they expire', async () => {
    const all = shown.map(({ id }) => id);
    const [first] = shown;
    const after = encodeURIComponent(new Date(Date.parse(first?.notAfter ?? '') + 1_000).toISOString());
    expect(await found(`?clusterId=${app.clusterId}`)).toEqual(all);
    expect(await found('?state=installed')).toEqual(all);
    expect(await found('?state=discarded')).toEqual([]);
    expect(await found(`?expiresBefore=${after}`)).toEqual(all);
    expect(await found('?expiresBefore=2026-11-22T10%3A00%3A00Z')).toEqual([]);
    await app.admin.get('/v1/certificates?state=lost').expect(400);
  });

  it('do not exist for another customer', async () => {
    const { agent } = await app.tokenFor({ scopes: ['admin'], customerId: await app.customer('Another') });
    expect((await agent.get('/v1/certificates').expect(200)).body.items).toEqual([]);
    expect((await agent.get(`/v1/certificates?clusterId=${app.clusterId}`).expect(200)).body.items).toEqual([]);
    await agent.get(`/v1/clusters/${app.clusterId}/certificates`).expect(404);
    const owner = await app.tokenFor({ scopes: ['read'], customerId: app.customerId });
    expect((await owner.agent.get('/v1/certificates').expect(200)).body.items).toHaveLength(2);
  });
});
