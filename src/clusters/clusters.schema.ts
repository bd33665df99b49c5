import { z } from 'zod';
import { clusterName, hostAddress } from '../core/names.ts';
import { iso } from '../core/time.ts';
import { fingerprint, named, port } from '../hosts/hosts.schema.ts';
import { pageOf, pageQuery } from '../platform/http/paging.ts';
import { time, uuid } from '../platform/http/schemas.ts';
import type { Node } from './cluster.entity.ts';
import type { ClusterWithNodes } from './clusters.store.ts';

const newNode = z.strictObject({
  address: named(hostAddress, 'Where the service reaches the node by SSH.'),
  sshPort: port.default(22),
  credentialId: uuid,
  hostKeyFingerprint: fingerprint
    .optional()
    .describe('Without it, nothing is run there until a person has confirmed the key it shows.'),
});

/** corosync.conf's nodelist holds at most 384 nodes (PROCESSOR_COUNT_MAX); clusters beyond 32 are not known to be run. */
const MOST_NODES = 32;

const distinct = (nodes: readonly { address: string; sshPort: number }[]): boolean =>
  new Set(nodes.map((node) => `${node.address.toLowerCase()} ${node.sshPort}`)).size === nodes.length;

const name = named(clusterName, 'totem.cluster_name of its corosync.conf, letter for letter.');

export const newCluster = z.strictObject({
  customerId: uuid,
  arbiterId: uuid,
  name,
  kind: z.enum(['pve', 'corosync']),
  nodes: z.array(newNode).min(2, 'must list at least two nodes').max(MOST_NODES).refine(distinct, 'lists a node twice'),
});
export type NewCluster = z.output<typeof newCluster>;

export const clusterChange = z.strictObject({ name: name.optional() });
export type ClusterChange = z.output<typeof clusterChange>;

export const clusterQuery = pageQuery.extend({ customerId: uuid.optional(), arbiterId: uuid.optional() });

export const clusterSchema = z.object({
  id: uuid,
  customerId: uuid,
  arbiterId: uuid,
  name: z.string(),
  kind: z.enum(['pve', 'corosync']),
  state: z.enum(['registered', 'onboarded']),
  device: z.object({ algorithm: z.enum(['ffsplit', 'lms']), votes: z.int() }).nullable(),
  nodes: z.array(
    z.object({
      id: uuid,
      address: z.string(),
      sshPort: z.int(),
      credentialId: uuid,
      hostKeyId: uuid,
      nodeId: z.int().nullable().describe('Corosync’s node id; null before the first look.'),
      name: z.string().nullable(),
      leftovers: z
        .object({
          config: z.boolean().describe('Its corosync.conf is the old one, with the device in it.'),
          device: z.boolean().describe('corosync-qdevice is to be stopped.'),
          database: z.boolean().describe('The NSS database with its key is to be deleted.'),
          packages: z.array(z.string()).describe('Packages that are to go.'),
          agent: z.boolean().describe('Its agent is to go; the token is refused already.'),
        })
        .nullable()
        .describe('What an offboarding has left there; another offboard job takes it when the node is back.'),
    }),
  ),
  version: z.int(),
  createdAt: time,
  updatedAt: time,
});
export const clusterPageSchema = pageOf(clusterSchema);

const presentLeftovers = (leftovers: Node['leftovers']) =>
  leftovers && {
    config: leftovers.configSha256 !== null,
    device: leftovers.device,
    database: leftovers.database,
    packages: leftovers.packages,
    agent: leftovers.agent === true,
  };

export const presentCluster = (cluster: ClusterWithNodes) => ({
  ...cluster,
  nodes: cluster.nodes.map((node) => ({ ...node, leftovers: presentLeftovers(node.leftovers) })),
  createdAt: iso(cluster.createdAt),
  updatedAt: iso(cluster.updatedAt),
});
