import { cmapOf } from '../corosync/conf/cmap.ts';
import { pveObstacles } from '../corosync/conf/pve.ts';
import type { ConfView } from '../corosync/conf/read.ts';
import type { CorosyncConf } from '../corosync/conf/tree.ts';
import { error, type Finding } from '../finding.ts';
import { seenNodes, type ClusterSituation } from './situation.ts';

/** A corosync.conf that could be read, as text and as what corosync takes it for. */
export interface ReadConfig {
  readonly conf: CorosyncConf;
  readonly view: ConfView;
}

/** What must be true of corosync.conf, which by the cluster's gates is the same on every node. */
export interface ConfigGate {
  readonly because: string;
  readonly check: (config: ReadConfig, situation: ClusterSituation) => readonly Finding[];
}

const none: readonly Finding[] = [];

export const CONFIG_GATES: readonly ConfigGate[] = [
  {
    because: 'on Proxmox VE the file is rewritten by tools that must read it as corosync does',
    check: ({ conf }, { cluster }) => (cluster.kind === 'pve' ? pveObstacles(conf) : none),
  },
  {
    because: 'a change carries the file to the service and back, and no key may travel',
    check: ({ conf }, { cluster }) =>
      cmapOf(conf).has('totem.key')
        ? [
            error(
              'inline_key',
              cluster.name,
              'corosync.conf holds the cluster’s key (totem.key), which must not leave the nodes. Keep it in /etc/corosync/authkey instead.',
            ),
          ]
        : none,
  },
  {
    because: 'qnetd and the certificates know the cluster by the name that it gives itself',
    check: ({ view }, { cluster }) =>
      view.clusterName === cluster.name
        ? none
        : [
            error(
              'cluster_name_differs',
              cluster.name,
              `The cluster calls itself "${view.clusterName}", not "${cluster.name}": register it under its own name, letter for letter.`,
              { actual: view.clusterName },
            ),
          ],
  },
  {
    because: 'a node that we do not know would be left without certificate and device',
    check: ({ view }, { cluster, nodes, absent = [] }) => {
      const registered = nodes.length + absent.length;
      return view.nodes.length === registered
        ? none
        : [
            error(
              'node_set_differs',
              cluster.name,
              `corosync.conf lists ${view.nodes.length} nodes, but ${registered} are registered. Register all nodes of the cluster.`,
              { configured: view.nodes.length, registered },
            ),
          ];
    },
  },
  {
    because: 'a reload would take along whatever else the file has and corosync does not run yet',
    check: ({ view }, { cluster, nodes }) => {
      const running = seenNodes(nodes)[0]?.facts.runningVersion ?? null;
      if (running === null || running === String(view.configVersion)) return none;
      const message = `corosync runs version ${running}, its file is version ${view.configVersion}: reload or repair it first.`;
      return [error('config_not_running', cluster.name, message)];
    },
  },
];
