import { error, type Finding } from '../finding.ts';
import type { ClusterSituation, SeenNode } from './situation.ts';

/** What must be true of each node before its cluster is changed. The first that is not says enough of that node. */
export interface NodeGate {
  readonly because: string;
  readonly check: (node: SeenNode, situation: ClusterSituation) => Finding | null;
}

const HALF_WRITTEN = /\/corosync\.conf\.new$/;
const SWAP_FILE = /\.sw.$/;

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
    because: 'a view that we cannot read is no evidence of health',
    check: ({ address, facts }) =>
      facts.quorum.kind === 'known' ? null : { ...facts.quorum.finding, subject: address },
  },
  {
    because: 'a cluster without quorum must not be changed',
    check: ({ address, facts }) =>
      facts.quorum.kind === 'known' && !(facts.quorum.value.quorate && facts.quorum.value.flags.includes('Quorate'))
        ? error('not_quorate', address, `${address} is not quorate. Bring the other nodes back first.`)
        : null,
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
    check: ({ address, facts }) =>
      facts.config === null || facts.runningVersion === null
        ? error(
            'config_unreadable',
            address,
            `corosync.conf of ${address}, or the version that corosync runs, cannot be read. Restore the file, and reload or restart corosync.`,
          )
        : null,
  },
  {
    because: 'somebody else is about to change the same file, and their change wins',
    check: ({ address, facts }) => {
      const half = facts.files.find((path) => HALF_WRITTEN.test(path) || SWAP_FILE.test(path));
      return half
        ? error(
            'config_being_edited',
            address,
            `${half} on ${address} says that somebody is editing corosync.conf. Finish or remove it first.`,
            { path: half },
          )
        : null;
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
