import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Keyring } from '../../../src/platform/crypto/kek.ts';
import { randomTokenSecret, randomUUIDv7 } from '../../../src/platform/crypto/random.ts';
import { seal } from '../../../src/platform/crypto/sealing.ts';
import { generateSshKey } from '../../../src/platform/crypto/ssh-keys.ts';
import { hashToken } from '../../../src/platform/crypto/token-hash.ts';
import { makeKekFile } from '../../../src/platform/config/kek-file.ts';
import { digestOf, textOf } from '../../../src/votes/raw-reading.ts';
import { told } from '../../core/facts/frames.ts';
import { addressOf, nodeTools, NODES_OF_ONE } from '../readings/fleet.ts';
import { openPipeline, register, type RegisteredNode } from '../readings/pipeline.ts';
import type { AgentSeed, HostsPlace } from './messages.ts';
import { arbiterAddress, CLUSTERS_OF_AN_INSTANCE, conditionNow, secondOfDay } from './world.ts';

const CLUSTERS_OF_A_CUSTOMER = 20;

/**
 * Writes the fleet into a fresh data directory, as if it had been onboarded long ago and each node looked at just now.
 * @returns the agents, in the order of their nodes
 */
export const seed = async (dataDirectory: string, clusters: number, hosts: HostsPlace): Promise<AgentSeed[]> => {
  const { database } = await openPipeline(dataDirectory);
  const { instances, nodes } = await register(database, clusters, CLUSTERS_OF_AN_INSTANCE);
  await database.close();
  const file = new Sqlite(join(dataDirectory, 'umpire.sqlite'));
  try {
    const keys = await sealedKey(file, dataDirectory);
    return file.transaction(() => {
      makeReachable(file, hosts, keys);
      instances.forEach(({ arbiterId }, index) =>
        file.prepare('UPDATE arbiters SET address = ? WHERE id = ?').run(arbiterAddress(index), arbiterId),
      );
      shareOut(file, nodes);
      insertLooks(file);
      return grantTokens(file);
    })();
  } finally {
    file.close();
  }
};

interface SealedKey {
  readonly id: string;
  readonly sealed: string;
}

/** The one login that every host takes. */
const sealedKey = async (file: Sqlite.Database, dataDirectory: string): Promise<SealedKey> => {
  const { id } = file.prepare('SELECT id FROM ssh_credentials').get() as { id: string };
  const place = { table: 'ssh_credentials', column: 'sealed_private_key', id };
  const keyring = new Keyring(makeKekFile(join(dataDirectory, 'kek')).kek);
  return { id, sealed: seal((await generateSshKey('fleet')).privateKey, place, keyring) };
};

const makeReachable = (file: Sqlite.Database, { port, hostKeyFingerprint }: HostsPlace, key: SealedKey): void => {
  file.prepare('UPDATE ssh_credentials SET sealed_private_key = ? WHERE id = ?').run(key.sealed, key.id);
  file.prepare('UPDATE host_keys SET fingerprint = ?').run(hostKeyFingerprint);
  file.prepare('UPDATE nodes SET ssh_port = ?').run(port);
  file.prepare('UPDATE arbiters SET ssh_port = ?').run(port);
};

/** Gives every so many clusters to a customer of their own. */
const shareOut = (file: Sqlite.Database, nodes: readonly RegisteredNode[]): void => {
  const insert = file.prepare(
    'INSERT INTO customers (id, name, version, created_at, updated_at) VALUES (?, ?, 1, 0, 0)',
  );
  const moveCluster = file.prepare('UPDATE clusters SET customer_id = ? WHERE id = ?');
  const moveNodes = file.prepare('UPDATE nodes SET customer_id = ? WHERE cluster_id = ?');
  const clusterIds = [...new Set(nodes.map(({ clusterId }) => clusterId))];
  for (let first = 0; first < clusterIds.length; first += CLUSTERS_OF_A_CUSTOMER) {
    const customerId = randomUUIDv7();
    insert.run(customerId, `Customer ${first / CLUSTERS_OF_A_CUSTOMER}`);
    for (const clusterId of clusterIds.slice(first, first + CLUSTERS_OF_A_CUSTOMER)) {
      moveCluster.run(customerId, clusterId);
      moveNodes.run(customerId, clusterId);
    }
  }
};

interface NodeRow {
  readonly id: string;
  readonly cluster_id: string;
  readonly customer_id: string;
}

/** In the order of their ids, which is the order of clusters and of nodes in them. */
const nodesOf = (file: Sqlite.Database): (NodeRow & { readonly cluster: number; readonly node: number })[] =>
  (file.prepare('SELECT id, cluster_id, customer_id FROM nodes ORDER BY id').all() as NodeRow[]).map((row, index) => ({
    ...row,
    ...{ cluster: Math.floor(index / NODES_OF_ONE), node: (index % NODES_OF_ONE) + 1 },
  }));

const insertLooks = (file: Sqlite.Database): void => {
  const insert = file.prepare(
    "INSERT INTO readings (id, source, cluster_id, customer_id, node_id, at, last_at, looks, digest, raw) VALUES (?, 'node', ?, ?, ?, ?, ?, 1, ?, ?)",
  );
  const now = Date.now();
  for (const { id, cluster_id, customer_id, cluster, node } of nodesOf(file)) {
    const tools = {
      ...nodeTools(cluster, node, conditionNow(cluster), secondOfDay()),
      ownAddresses: told(`${addressOf(cluster, node)}\n`),
    };
    insert.run(randomUUIDv7(), cluster_id, customer_id, id, now, now, digestOf({ tools }), textOf({ tools }));
  }
};

const grantTokens = (file: Sqlite.Database): AgentSeed[] => {
  const insert = file.prepare(
    'INSERT INTO agent_tokens (id, node_id, cluster_id, customer_id, secret_hash, sequence, created_at) VALUES (?, ?, ?, ?, ?, 0, 0)',
  );
  return nodesOf(file).map(({ id: nodeId, cluster_id: clusterId, customer_id, cluster, node }) => {
    const tokenId = randomUUIDv7();
    const token = `ump_${tokenId}_${randomTokenSecret().reveal()}`;
    insert.run(tokenId, nodeId, clusterId, customer_id, hashToken(token));
    return { cluster, node, nodeId, clusterId, token };
  });
};
