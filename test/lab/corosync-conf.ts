import type { PlannedCluster } from './plan.ts';
import { hostsOf } from './plan.ts';

/**
 * The corosync.conf of a cluster without a device, in the layout in which Proxmox VE writes it (sections sorted, two blanks).
 * A plain cluster of two has `two_node: 1` as votequorum(5) recommends; Proxmox VE does not set it.
 */
export function corosyncConf(cluster: PlannedCluster): string {
  const nodes = hostsOf(cluster).map(
    ({ name, nodeId, address }) => `  node {
    name: ${name}
    nodeid: ${nodeId ?? 0}
    quorum_votes: 1
    ring0_addr: ${address}
  }
`,
  );
  const twoNode = cluster.nodes === 2 && !cluster.pve ? '  two_node: 1\n' : '';
  return `logging {
  debug: off
  to_syslog: yes
}

nodelist {
${nodes.join('')}}

quorum {
  provider: corosync_votequorum
${twoNode}}

totem {
  cluster_name: ${cluster.name}
  config_version: ${cluster.nodes}
  interface {
    linknumber: 0
  }
  ip_version: ipv4-6
  link_mode: passive
  secauth: on
  version: 2
}

`;
}

/** The device of a configuration. */
export interface Device {
  host: string;
  /** Nodes of the cluster, by which the algorithm is chosen. */
  nodes: number;
}

/**
 * Puts a net device into a corosync.conf written by `corosyncConf`, raises config_version and takes `two_node` away.
 * corosync-qdevice(8): ffsplit is for an even number of nodes and has one vote; lms for an odd one, its votes left to corosync.
 */
export function withDevice(conf: string, device: Device): string {
  const even = device.nodes % 2 === 0;
  const section = `quorum {
  device {
    model: net
    net {
      algorithm: ${even ? 'ffsplit' : 'lms'}
      host: ${device.host}
      tls: on
    }
${even ? '    votes: 1\n' : ''}  }
`;
  return conf
    .replace('quorum {\n', section)
    .replace(/^ {2}two_node: 1\n/m, '')
    .replace(/config_version: (\d+)/, (_, version: string) => `config_version: ${Number(version) + 1}`);
}
