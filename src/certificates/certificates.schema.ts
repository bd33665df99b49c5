import { z } from 'zod';
import { iso, type Instant } from '../core/time.ts';
import { pageOf, pageQuery } from '../platform/http/paging.ts';
import { time, uuid } from '../platform/http/schemas.ts';
import type { Certificate } from './certificate.entity.ts';

const state = z.enum(['reserved', 'issued', 'installed', 'discarded', 'revoked']);

export const certificateQuery = pageQuery.extend({
  clusterId: uuid.optional(),
  expiresBefore: time.optional(),
  state: state.optional(),
});

export const certificateSchema = z.object({
  id: uuid,
  customerId: uuid.nullable(),
  arbiterId: uuid,
  clusterId: uuid.nullable(),
  nodeId: uuid.nullable().describe('The node whose key it certifies; for a server certificate the arbiter.'),
  caId: uuid,
  purpose: z.enum(['server', 'client']),
  subject: z.string(),
  serial: z.string().describe('Hexadecimal.'),
  state,
  sha256: z.string().nullable(),
  keySha256: z.string().nullable(),
  notBefore: time.nullable(),
  notAfter: time.nullable(),
  revokedAt: time.nullable().describe('When its arbiter began to refuse it.'),
  pem: z.string().nullable(),
  jobId: uuid,
  createdAt: time,
});
export const certificatePageSchema = pageOf(certificateSchema);

const isoOrNull = (at: Instant | null) => (at === null ? null : iso(at));

export const presentCertificate = (certificate: Certificate) => ({
  ...certificate,
  notBefore: isoOrNull(certificate.notBefore),
  notAfter: isoOrNull(certificate.notAfter),
  revokedAt: isoOrNull(certificate.revokedAt),
  createdAt: iso(certificate.createdAt),
});
