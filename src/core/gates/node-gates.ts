import { error, type Finding } from '../finding.ts';
import type { QuorumStatus } from '../corosync/tools/quorumtool.ts';
import { signOf } from '../facts/signs.ts';
import type { ClusterSituation, SeenNode } from './situation.ts';

/** What must be true of each node before its cluster is changed. The first that is not says enough of that node. */
export interface NodeGate {
  readonly because: string;
  readonly check: (node: SeenNode, situation: ClusterSituation) => Finding | null;
}

const HALF_WRITTEN = /\/corosync\.conf\.new$/;
const SWAP_FILE = /\.sw.$/;

const isHung = (node: SeenNode, daemon: string): boolean => signOf(node.facts.signs, 'hung', daemon) !== null;

/** corosync holds back although the votes would do: it waits until it has seen every node once (votequorum(5), wait_for_all). */
const waitsForAll = ({ quorate, activityBlocked, flags, quorum, totalVotes }: QuorumStatus): boolean =>
  !quorate && activityBlocked && flags.includes('WaitForAll') && totalVotes >= quorum;

const activeUnit = (node: SeenNode, unit: string): boolean => node.facts.units.get(unit)?.active === 'active';

export const NODE_GATES: readonly NodeGate[] = [
  {
    because: 'a cluster is changed while it runs, on every node of it',
    check: (node) =>
      activeUnit(node, 'corosync.service')
        ? null
        : error(
            'corosync_down',
            node.address,
            `corosync does not run on ${node.address}. Start it, and wait until the cluster is whole.`,
          ),
  },
  {
    because: 'a corosync that hangs is a node that the others have given up, and that obeys nobody',
    check: (node) => (isHung(node, 'corosync') ? corosyncHung(node.address) : null),
  },
  {
    because: 'a view that we cannot read is no evidence of health',
    check: (node) =>
      node.facts.quorum.kind === 'known' || isHung(node, 'corosync')
        ? null
        : { ...node.facts.quorum.finding, subject: node.address },
  },
  {
    because: 'a cluster without quorum must not be changed',
    check: ({ address, facts }) => (facts.quorum.kind === 'known' ? quorateFinding(facts.quorum.value, address) : null),
  },
  {
    because: 'all nodes are online before a change: else a reload could cost the rest its quorum',
    check: ({ address, facts }, { nodes }) => {
      if (facts.quorum.kind !== 'known') return null;
      const members = facts.quorum.value.members.length;
      if (members === nodes.length) return null;
      const message =
        members < nodes.length
          ? `${address} sees ${members} of ${nodes.length} nodes. Bring all nodes online first.`
          : `${address} sees ${members} nodes, but ${nodes.length} are registered. Register all nodes of the cluster.`;
      return error('membership_differs', address, message, { members, registered: nodes.length });
    },
  },
  {
    because: 'what corosync runs must be what its file says, or a reload would change more than we wrote',
    check: (node) => {
      const { address, facts } = node;
      return facts.config === null || (facts.runningVersion === null && !isHung(node, 'corosync'))
        ? error(
            'config_unreadable',
            address,
            `corosync.conf of ${address}, or the version that corosync runs, cannot be read. Restore the file, and reload or restart corosync.`,
          )
        : null;
    },
  },
  {
    because: 'somebody else is about to change the same file, and their change wins',
    check: ({ address, facts }) => {
      const half = facts.files.find((path) => HALF_WRITTEN.test(path) || SWAP_FILE.test(path));
      return beingEdited(half ?? signOf(facts.signs, 'editing')?.detail, address);
    },
  },
  {
    because:
      'on Proxmox VE the master copy decides, elsewhere the local file: writing the wrong one is undone or ignored',
    check: ({ address, facts }, { cluster }) => {
      if (cluster.kind === 'pve' && facts.pve === null)
        return error(
          'not_pve',
          address,
          `${address} has no /etc/pve/corosync.conf, but its cluster is registered as "pve".`,
        );
      if (cluster.kind === 'corosync' && facts.pve !== null)
        return error('is_pve', address, `${address} has /etc/pve/corosync.conf: register its cluster as "pve".`);
      return null;
    },
  },
  {
    because: 'without quorum, or with pmxcfs down, the master copy cannot be written, and so not be undone either',
    check: ({ address, facts }) =>
      facts.pve !== null && (!facts.pve.writable || facts.pve.config !== facts.config)
        ? error(
            'pve_not_in_step',
            address,
            `/etc/pve/corosync.conf of ${address} is read-only, or differs from the local file. Let pmxcfs settle first.`,
          )
        : null,
  },
];

/** @param path the file that shows it; none when nobody does */
export const beingEdited = (path: string | undefined, address: string): Finding | null =>
  path === undefined
    ? null
    : error(
        'config_being_edited',
        address,
        `${path} on ${address} says that somebody is editing corosync.conf. Finish or remove it first.`,
        { path },
      );

/** What is said of a node whose corosync runs and does not answer. */
export const corosyncHung = (address: string): Finding =>
  error(
    'corosync_hung',
    address,
    `corosync on ${address} runs but does not answer. Look at its journal; restart it only where the other nodes are quorate without it.`,
  );

/** Why a node is not quorate, or null when it is. */
export const quorateFinding = (status: QuorumStatus, address: string): Finding | null => {
  if (status.quorate && status.flags.includes('Quorate')) return null;
  return waitsForAll(status)
    ? error(
        'wait_for_all_pending',
        address,
        `${address} waits until it has seen every node once (wait_for_all). Start the nodes that are away; all of them together at least once.`,
      )
    : error('not_quorate', address, `${address} is not quorate. Bring the other nodes back first.`);
};
