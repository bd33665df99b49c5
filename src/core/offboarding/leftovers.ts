import { error, hasError, info, type Finding } from '../finding.ts';
import { hostFindings } from '../gates/host-gates.ts';
import { configOf } from '../gates/node-config.ts';
import type { SeenNode } from '../gates/situation.ts';

/** What a node still has to lose of an offboarding that is done: it was absent, or did not let it be taken. */
export interface Leftovers {
  /** SHA-256 of the corosync.conf, with the device in it, that an absent node was left with; null where it has the new one. */
  readonly configSha256: string | null;
  /** corosync-qdevice is to be stopped, now and at each boot. */
  readonly device: boolean;
  /** The NSS database with the node's key is to be deleted. */
  readonly database: boolean;
  /** Packages that came with the onboarding and are to go again. */
  readonly packages: readonly string[];
  /** The agent is to be taken off; left out where there is none. */
  readonly agent?: boolean;
}

/** A node that answered, and the SHA-256 of its corosync.conf. */
export interface LookedAt {
  readonly node: SeenNode;
  readonly configSha256: string | null;
}

export interface LeftoverNode extends LookedAt {
  readonly leftovers: Leftovers;
}

/** What is to be taken from one node that is back. */
export interface Clearing {
  readonly id: string;
  readonly address: string;
  readonly leftovers: Leftovers;
  /** Base64 of the corosync.conf that the others have, where this node's is the old one; and that old one's SHA-256. */
  readonly config: { readonly base64: string; readonly insteadOf: string } | null;
}

export interface ClearingVerdict {
  readonly clearings: readonly Clearing[];
  readonly findings: readonly Finding[];
}

const runsCorosync = ({ facts }: SeenNode): boolean => facts.units.get('corosync.service')?.active === 'active';

/**
 * Decides what is taken from nodes that an offboarding left behind.
 *
 * A node that comes back with the old configuration cannot join: corosync compares config_version when it joins, and
 * the node with the lower one ends itself; an enabled device then has systemd start both again and again (tried with
 * 3.1.7; the others keep their quorum). So the file is written while corosync is stopped there,
 * and a person starts it afterwards; nothing that is part of a quorum is touched.
 * @param whole the nodes of the cluster that nothing is left on
 */
export const decideClearing = (
  name: string,
  whole: readonly LookedAt[],
  left: readonly LeftoverNode[],
): ClearingVerdict => {
  const reference = whole.find(({ node }) => runsCorosync(node));
  const findings = [
    ...left.flatMap(({ node }) => hostFindings(node.facts, node.address)),
    ...(reference ? withDevice(reference.node, name) : [noReference(name)]),
    ...left.flatMap((node) => obstaclesOf(node, reference)),
  ];
  if (hasError(findings) || !reference) return { clearings: [], findings };
  return {
    clearings: left.map((node) => clearingOf(node, reference)),
    findings: [...findings, ...left.filter(({ node }) => !runsCorosync(node)).map(({ node }) => startIt(node.address))],
  };
};

const withDevice = (node: SeenNode, name: string): readonly Finding[] => {
  const config = configOf(node);
  if (!config?.ok) return config?.findings ?? [];
  return config.value.view.quorum.device === null
    ? []
    : [
        error(
          'device_already_there',
          name,
          `The cluster has a device again, which is none of ours. Remove it with the tool that set it up.`,
        ),
      ];
};

const obstaclesOf = (
  { node, configSha256, leftovers }: LeftoverNode,
  reference: LookedAt | undefined,
): readonly Finding[] => {
  const { address, facts } = node;
  if (runsCorosync(node) && facts.runningVersion !== reference?.node.facts.runningVersion) return [apart(address)];
  const known = [leftovers.configSha256, reference?.configSha256];
  return reference && leftovers.configSha256 !== null && !known.includes(configSha256) ? [foreign(address)] : [];
};

const clearingOf = ({ node, configSha256, leftovers }: LeftoverNode, reference: LookedAt): Clearing => {
  const { id, address } = node;
  const isOld = leftovers.configSha256 !== null && configSha256 !== reference.configSha256;
  const base64 = reference.node.facts.config;
  const config = isOld && base64 !== null && configSha256 !== null ? { base64, insteadOf: configSha256 } : null;
  return { id, address, leftovers, config };
};

const noReference = (name: string): Finding =>
  error(
    'no_whole_node',
    name,
    'None of the nodes that were off-boarded runs corosync: there is nobody to take the present corosync.conf from. Start the cluster first.',
  );
const apart = (address: string): Finding =>
  error(
    'node_apart',
    address,
    `corosync on ${address} runs another configuration than the cluster. Stop it there (systemctl stop corosync-qdevice corosync), then ask again.`,
  );
const foreign = (address: string): Finding =>
  error(
    'leftover_config_differs',
    address,
    `corosync.conf on ${address} is neither the one it was left with nor the one of the other nodes: somebody edited it. Make it equal to theirs, then ask again.`,
  );
const startIt = (address: string): Finding =>
  info(
    'corosync_to_be_started',
    address,
    `corosync is stopped on ${address}. When this job is done, start it there: systemctl start corosync.`,
  );
