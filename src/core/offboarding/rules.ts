import { isSameDevice, netDevice } from '../corosync/conf/net-device.ts';
import { signOf } from '../facts/signs.ts';
import { error, type Finding } from '../finding.ts';
import type { ReadConfig } from '../gates/config-gates.ts';
import { seenNodes, type SeenNode } from '../gates/situation.ts';
import type { HostAddress } from '../names.ts';
import { quorumOf } from '../quorum/arithmetic.ts';
import type { OffboardingSituation } from './situation.ts';

/** What must be true of a cluster before its device is taken away, beside the gates of every change. */
export interface OffboardingRule {
  readonly because: string;
  readonly check: (situation: OffboardingSituation) => readonly Finding[];
}

const none: readonly Finding[] = [];

/** Node votes that make quorum beside the device, and without it; the change needs the greater of both throughout. */
export const votesNeeded = ({ nodes, absent, device }: OffboardingSituation) => {
  const nodeCount = nodes.length + absent.length;
  return { withDevice: quorumOf(nodeCount + (device?.votes ?? 0)), without: quorumOf(nodeCount) };
};

export const OFFBOARDING_RULES: readonly OffboardingRule[] = [
  {
    because: 'only what was given can be taken back',
    check: ({ cluster }) =>
      cluster.onboarded
        ? none
        : [
            error(
              'not_onboarded',
              cluster.name,
              `"${cluster.name}" has no device of ours: there is nothing to take away.`,
            ),
          ],
  },
  {
    because: 'the nodes that are there must be a quorum by themselves before, during and after (invariants 1, 2, 4)',
    check: (situation) => {
      const { cluster, nodes, absent } = situation;
      const { withDevice, without } = votesNeeded(situation);
      const needed = Math.max(withDevice, without);
      if (nodes.length >= needed) return none;
      const message = `The ${nodes.length} nodes that are there have ${nodes.length} votes without the device, and ${needed} are needed throughout: taking the device away now could cost "${cluster.name}" its quorum. Bring ${needed - nodes.length} of the ${absent.length} absent nodes back first.`;
      return [error('votes_missing', cluster.name, message, { votes: nodes.length, needed })];
    },
  },
  {
    because: 'a node that lives would be left with a device that nobody answers',
    check: ({ nodes, absent }) => {
      const members = new Set<number>(
        seenNodes(nodes).flatMap(({ facts }) =>
          facts.quorum.kind === 'known' ? facts.quorum.value.members.map((member) => member.nodeId) : [],
        ),
      );
      return absent
        .filter(({ nodeId }) => nodeId !== null && members.has(nodeId))
        .map(({ address }) =>
          error(
            'absent_node_online',
            address,
            `${address} is said to be absent, but is a member of the cluster. Leave it out of absentNodes.`,
          ),
        );
    },
  },
];

/** What must be true of each node that is there. */
export const nodeObstacle = ({ address, facts }: SeenNode): Finding | null =>
  // An undo has to start the device again, and to see its vote: one that does not even answer now is to be mended first. Of
  // one that is down, or hangs, the gates tell (device-gates.ts).
  facts.device.kind === 'unknown' && !signOf(facts.signs, 'hung', 'qdevice')
    ? { ...facts.device.finding, subject: address }
    : null;

/** Why the device in the file is not the one to take away, or nothing. */
export const deviceFindings = (
  { view }: ReadConfig,
  { cluster, arbiter, device }: OffboardingSituation,
): readonly Finding[] => {
  if (device === null) return none;
  const found = view.quorum.device;
  if (found === null) {
    const message =
      'corosync.conf holds no quorum device any more: another hand has taken it out. Put it back, or finish by hand what that hand began.';
    return [error('device_not_there', cluster.name, message)];
  }
  const ours = netDevice(arbiter.address as HostAddress, device.algorithm === 'lms' ? 'lms' : 'ffsplit', arbiter.port);
  if (!ours.ok) return ours.findings;
  if (isSameDevice(found, ours.value)) return none;
  const message = `The device in corosync.conf is not the one that was written (host ${arbiter.address}, ${device.algorithm}): it is somebody else’s by now. Take it away with the tool that set it up.`;
  return [
    error('device_differs', cluster.name, message, {
      host: found.net?.host ?? '',
      algorithm: found.net?.algorithm ?? '',
    }),
  ];
};
