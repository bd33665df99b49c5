import type { QnetdClient, QnetdCluster } from '../corosync/tools/qnetd-tool.ts';
import { error, info, warning, type Finding } from '../finding.ts';
import { comesFrom, isVerified, plainAddress, shareOneAddress } from './addresses.ts';

/** A cluster that may be a client of an instance, with all that is known of its nodes. */
export interface RegisteredCluster {
  readonly name: string;
  readonly nodes: readonly {
    /** null until the node has been read once: then nobody can be called a stranger in this cluster. */
    readonly nodeId: number | null;
    readonly addresses: readonly string[];
  }[];
}

/** The codes of clients that are not what they should be. */
export const IMPOSTER_CODES = [
  'client_not_verified',
  'client_of_unknown_cluster',
  'unexpected_client',
  'client_from_elsewhere',
  'client_appears_twice',
] as const;

type ImposterCode = (typeof IMPOSTER_CODES)[number];

/** One client with the cluster it claims to belong to, and that cluster as it is registered, if it is. */
interface Claim {
  readonly client: QnetdClient;
  readonly listed: QnetdCluster;
  readonly registered: RegisteredCluster | undefined;
}

/** @param neighbours the other clients that come from the same address */
type ImposterRule = (claim: Claim, neighbours: readonly Claim[]) => Finding | null;

const at = ({ client }: Claim): string => `${client.address}:${client.port}`;
const paramsOf = ({ client, listed }: Claim) => ({
  cluster: listed.name,
  nodeId: client.nodeId,
  address: client.address,
});
const asWhom = ({ client, listed }: Claim): string => `as node ${client.nodeId} of "${listed.name}"`;

const found = (code: ImposterCode, say: typeof error, claim: Claim, message: string): Finding =>
  say(code, claim.listed.name, message, paramsOf(claim));

/** Every client has shown its certificate over TLS. */
const provesWhoItIs: ImposterRule = (claim) =>
  isVerified(claim.client)
    ? null
    : found(
        'client_not_verified',
        error,
        claim,
        `The client at ${at(claim)} speaks ${asWhom(claim)} and has shown no certificate. Run qnetd with "-s req", and find out who it is.`,
      );

/** Every client belongs to a cluster that is registered on this instance. */
const isOfAKnownCluster: ImposterRule = (claim) => {
  if (claim.registered) return null;
  return found(
    'client_of_unknown_cluster',
    error,
    claim,
    `The client at ${at(claim)} speaks ${asWhom(claim)}, a cluster that is not registered on this instance. Register it, or find out whose it is and revoke its certificate.`,
  );
};

/** Every client is a registered node of its cluster. */
const isAKnownNode: ImposterRule = (claim) => {
  const { client, registered } = claim;
  const nodes = registered?.nodes ?? [];
  const mayBeKnown = nodes.some(({ nodeId }) => nodeId === null || nodeId === client.nodeId);
  return !registered || mayBeKnown
    ? null
    : found(
        'unexpected_client',
        error,
        claim,
        `The client at ${at(claim)} speaks ${asWhom(claim)}, which has no such node in its registration: a node added by hand, or somebody who may not.`,
      );
};

/** Every client comes from an address of the node that it speaks for; see `clientComesFromItsNode` for the exception. */
const comesFromItsNode: ImposterRule = (claim) => {
  const { client, registered, listed } = claim;
  const node = registered?.nodes.find(({ nodeId }) => nodeId === client.nodeId);
  if (!node || comesFrom(client, node.addresses) !== false) return null;
  return found(
    'client_from_elsewhere',
    shareOneAddress(listed.clients) ? info : warning,
    claim,
    `The client at ${at(claim)} speaks ${asWhom(claim)}, but that is no address of this node. Unless its packets are translated on the way, somebody else has its certificate: revoke it and rotate.`,
  );
};

const isAtHome = ({ client, registered }: Claim): boolean =>
  registered?.nodes.some((node) => node.nodeId === client.nodeId && comesFrom(client, node.addresses)) ?? false;

/** No client speaks from the address of a node that speaks there as somebody else. */
const speaksForItselfAlone: ImposterRule = (claim, neighbours) => {
  const host = neighbours.find(isAtHome);
  return host && !isAtHome(claim)
    ? found(
        'client_appears_twice',
        error,
        claim,
        `The client at ${at(claim)} speaks ${asWhom(claim)}, from the address at which another client speaks ${asWhom(host)}: one machine appears twice. Find out what runs there.`,
      )
    : null;
};

const RULES: readonly ImposterRule[] = [
  provesWhoItIs,
  isOfAKnownCluster,
  isAKnownNode,
  comesFromItsNode,
  speaksForItselfAlone,
];

/**
 * Everything that is wrong with who is connected to an instance.
 * @param listed the clusters that qnetd lists
 * @param registered the clusters of this instance, onboarded or not: one that is being onboarded is connected already
 */
export const impostersAmong = (
  listed: readonly QnetdCluster[],
  registered: readonly RegisteredCluster[],
): readonly Finding[] => {
  const byName = new Map(registered.map((cluster) => [cluster.name, cluster]));
  const claims = listed.flatMap((cluster) =>
    cluster.clients.map((client) => ({
      client,
      listed: cluster,
      registered: byName.get(cluster.name),
    })),
  );
  const byAddress = Map.groupBy(claims, ({ client }) => plainAddress(client.address));
  return claims.flatMap((claim) => {
    const neighbours = (byAddress.get(plainAddress(claim.client.address)) ?? []).filter((other) => other !== claim);
    return RULES.map((rule) => rule(claim, neighbours)).filter((finding) => finding !== null);
  });
};
