import { addressOf, mostDays, NODES_OF_ONE, type Condition } from '../readings/fleet.ts';

/** The simulated fleet: which hosts there are, and how each cluster is at a moment. */
export const CLUSTERS_OF_AN_INSTANCE = 200;
const MINUTE_MS = 60_000;

/** Where an arbiter is reached, by its number; no node has such an address. */
export const arbiterAddress = (instance: number): string =>
  `127.250.${Math.floor(instance / 250)}.${(instance % 250) + 1}`;

/** How a cluster is now: what its nodes and its arbiter say of it. */
export const conditionNow = (cluster: number): Condition => mostDays(cluster, Math.floor(Date.now() / MINUTE_MS));

export const secondOfDay = (): number => Math.floor(Date.now() / 1000) % 86_400;

/** The numbers of the clusters that an instance serves. */
export const clustersOf = (instance: number, clusters: number): readonly number[] => {
  const first = instance * CLUSTERS_OF_AN_INSTANCE;
  const count = Math.min(CLUSTERS_OF_AN_INSTANCE, clusters - first);
  return Array.from({ length: count }, (_, index) => first + index);
};

/** Who answers at an address. */
export type Host =
  | { readonly kind: 'arbiter'; readonly instance: number }
  | { readonly kind: 'node'; readonly cluster: number; readonly node: number };

export const hostsByAddress = (clusters: number): ReadonlyMap<string, Host> => {
  const hosts = new Map<string, Host>();
  for (let instance = 0; instance * CLUSTERS_OF_AN_INSTANCE < clusters; instance += 1)
    hosts.set(arbiterAddress(instance), { kind: 'arbiter', instance });
  for (let cluster = 0; cluster < clusters; cluster += 1)
    for (let node = 1; node <= NODES_OF_ONE; node += 1)
      hosts.set(addressOf(cluster, node), { kind: 'node', cluster, node });
  return hosts;
};
