import { z } from 'zod';
import { ageMs } from '../core/quorum/views.ts';
import { iso, type Instant } from '../core/time.ts';
import { pageOf, pageQuery } from '../platform/http/paging.ts';
import { findingSchema, time, uuid } from '../platform/http/schemas.ts';
import { clientPage } from './client-page.ts';
import type { ClientRow, ListedClients } from './list-clients.ts';
import type { InstanceView } from './instance-views.ts';

export const clientQuery = pageQuery.extend({ cursor: z.string().max(1_000).optional() });
export type ClientQuery = z.output<typeof clientQuery>;

const clientSchema = z.object({
  instanceId: uuid,
  clusterName: z.string().describe('As the client gave it.'),
  clusterId: uuid.nullable().describe('The cluster of ours with this name; null for a stranger.'),
  customerId: uuid.nullable(),
  nodeId: z.int(),
  address: z.string(),
  port: z.int(),
  tls: z.object({ active: z.boolean(), certificateVerified: z.boolean() }),
  vote: z
    .object({
      sent: z.enum(['ack', 'nack', 'askLater', 'waitForReply', 'noChange']),
      stands: z.enum(['ack', 'nack']).nullable().describe('The value in brackets: the vote that stands.'),
    })
    .nullable()
    .describe('null between a client’s first word and qnetd’s first answer.'),
  heartbeatMs: z.number(),
});

export const clientPageSchema = pageOf(clientSchema).extend({
  instances: z.array(
    z.object({
      instanceId: uuid,
      name: z.string(),
      port: z.int(),
      at: time.nullable().describe('When qnetd was read; null before the first look.'),
      ageMs: z.int().nullable(),
      fresh: z.boolean(),
      finding: findingSchema.nullable().describe('Why its clients are not known.'),
      connected: z
        .int()
        .nullable()
        .describe('All connections, also of clients that never named a cluster; null for a token of one customer.'),
    }),
  ),
});

/** qnetd listens on IPv6 and prints IPv4 clients as mapped addresses (RFC 4291, 2.5.5.2). */
const MAPPED = /^::ffff:(?=\d+\.)/;

const presentClient = ({ instanceId, clusterName, cluster, client }: ClientRow) => ({
  ...{ instanceId, clusterName, clusterId: cluster?.id ?? null, customerId: cluster?.customerId ?? null },
  ...client,
  address: client.address.replace(MAPPED, ''),
});

const presentView = ({ instance, view, isFresh }: InstanceView, isWhole: boolean, now: Instant) => ({
  instanceId: instance.id,
  name: instance.name,
  port: instance.port,
  at: view && iso(view.at),
  ageMs: view && ageMs(view, now),
  fresh: isFresh,
  finding: view && view.reading.kind !== 'known' ? view.reading.finding : null,
  connected: isWhole && view?.status?.kind === 'known' ? view.status.value.connectedClients : null,
});

export const presentClients = (listed: ListedClients, { limit, cursor }: ClientQuery, now: Instant) => {
  const { items, nextCursor } = clientPage(listed.clients, limit, cursor);
  return {
    items: items.map(presentClient),
    nextCursor,
    instances: listed.views.map((view) => presentView(view, listed.isWhole, now)),
  };
};
