import type { SignKind } from '../../../src/core/facts/signs.ts';
import { error } from '../../../src/core/finding.ts';
import { hostAddress, nodeId, type NodeId } from '../../../src/core/names.ts';
import { known, world } from '../quorum/worlds.ts';
import type { OnboardingSituation } from '../../../src/core/onboarding/situation.ts';
import { ofCluster, onArbiter, onNode, onNodes, seeing, withConfig, type Break, type Wish } from './situations.ts';

/** One thing that must not be so, and the code by which the refusal says it. */
export interface Row {
  readonly what: string;
  readonly wish?: Wish;
  readonly breaks: Break;
  readonly code: string;
}

const unreadable = {
  kind: 'unknown',
  finding: error('quorumtool_unreadable', '', 'It printed something else.'),
} as const;
const afterLine = (line: string, added: string) => (text: string) => text.replace(line, `${line}\n${added}`);
const inQuorum = (line: string): Break => withConfig(afterLine('  provider: corosync_votequorum', `  ${line}`));
const replaced = (from: string, to: string): Break => withConfig((text) => text.replace(from, to));

const HOSTS: readonly Row[] = [
  { what: 'a node where we are not root', breaks: onNode(2, { isRoot: false }), code: 'missing_rights' },
  { what: 'an arbiter where we are not root', breaks: onArbiter({ isRoot: false }), code: 'missing_rights' },
  { what: 'a node that does not tell its time', breaks: onNode(1, { clockOffsetMs: null }), code: 'clock_unknown' },
  { what: 'a node whose clock is 30.001 s ahead', breaks: onNode(1, { clockOffsetMs: 30_001 }), code: 'clock_skew' },
  {
    what: 'an arbiter whose clock is 30.001 s behind',
    breaks: onArbiter({ clockOffsetMs: -30_001 }),
    code: 'clock_skew',
  },
  { what: 'a node with less than 50 MiB free', breaks: onNode(2, { freeKiB: 51_199 }), code: 'disk_full' },
  { what: 'a node without a machine id', breaks: onNode(2, { machineId: null }), code: 'machine_id_missing' },
  { what: 'a node that does not tell what else is at work', breaks: onNode(2, { signs: null }), code: 'signs_unknown' },
  {
    what: 'an arbiter that does not tell what else is at work',
    breaks: onArbiter({ signs: null }),
    code: 'signs_unknown',
  },
  { what: 'a read-only file system of a node', breaks: showing(2, 'read-only', '/etc/corosync'), code: 'read_only' },
  {
    what: 'a read-only file system of the arbiter',
    breaks: onArbiter({ signs: [{ kind: 'read-only', detail: '/var/lib' }] }),
    code: 'read_only',
  },
  {
    what: 'a package manager at work',
    breaks: showing(1, 'package-lock', 'apt-get 4711 /var/lib/dpkg/lock-frontend'),
    code: 'package_manager_locked',
  },
  {
    what: 'a shutdown that somebody asked for',
    breaks: showing(2, 'going-down', '/run/systemd/shutdown/scheduled'),
    code: 'host_going_down',
  },
  {
    what: 'an arbiter that goes down',
    breaks: onArbiter({ signs: [{ kind: 'going-down', detail: '/run/nologin' }] }),
    code: 'host_going_down',
  },
  {
    what: 'a node in maintenance',
    breaks: showing(1, 'maintenance', '/etc/pve/ha/manager_status'),
    code: 'host_in_maintenance',
  },
  { what: 'a pvecm that runs', breaks: showing(2, 'tool', 'pvecm 4711'), code: 'other_tool_running' },
  {
    what: 'another installation that changes a node',
    breaks: showing(2, 'other-umpire', '17 cluster-4711'),
    code: 'other_umpire',
  },
];

function showing(id: number, kind: SignKind, detail: string): Break {
  return onNode(id, { signs: [{ kind, detail }] });
}

const NODES: readonly Row[] = [
  {
    what: 'a node whose corosync does not run',
    breaks: onNode(2, { units: new Map([['corosync.service', { active: 'failed', enabled: 'enabled' }]]) }),
    code: 'corosync_down',
  },
  { what: 'a node whose units are unknown', breaks: onNode(2, { units: new Map() }), code: 'corosync_down' },
  {
    what: 'a node whose view cannot be read',
    breaks: onNode(1, { quorum: unreadable }),
    code: 'quorumtool_unreadable',
  },
  {
    what: 'a node whose corosync hangs',
    breaks: onNode(1, { quorum: unreadable, runningVersion: null, signs: [{ kind: 'hung', detail: 'corosync' }] }),
    code: 'corosync_hung',
  },
  {
    what: 'a node that waits for all others',
    breaks: seeing(2, ({ members }) => ({
      ...{ quorate: false, activityBlocked: true, totalVotes: 1, quorum: 1, flags: ['2Node', 'WaitForAll'] },
      members: members.filter(({ local }) => local),
    })),
    code: 'wait_for_all_pending',
  },
  {
    what: 'a node without the votes, wait_for_all or not',
    wish: { nodeCount: 4 },
    breaks: seeing(2, () => ({ quorate: false, activityBlocked: true, totalVotes: 2, flags: ['WaitForAll'] })),
    code: 'not_quorate',
  },
  { what: 'a node that is not quorate', breaks: seeing(2, () => ({ quorate: false })), code: 'not_quorate' },
  {
    what: 'a node whose flags do not say Quorate, though the line does',
    breaks: seeing(1, ({ flags }) => ({ flags: flags.filter((flag) => flag !== 'Quorate') })),
    code: 'not_quorate',
  },
  {
    what: 'a node that misses another one',
    breaks: seeing(1, ({ members }) => ({ members: members.slice(0, 1) })),
    code: 'membership_differs',
  },
  {
    what: 'a node of the cluster that is not registered',
    wish: { nodeCount: 4 },
    breaks: (situation) => ({ ...situation, nodes: situation.nodes.slice(0, 3) }),
    code: 'membership_differs',
  },
  { what: 'a node whose file cannot be read', breaks: onNode(2, { config: null }), code: 'config_unreadable' },
  {
    what: 'a node that does not tell what it runs',
    breaks: onNode(2, { runningVersion: null }),
    code: 'config_unreadable',
  },
  {
    what: 'a device that runs on a node already',
    breaks: onNode(2, {
      units: new Map([
        ...['corosync', 'corosync-qdevice'].map(
          (unit) => [`${unit}.service`, { active: 'active', enabled: 'enabled' }] as const,
        ),
      ]),
    }),
    code: 'device_already_there',
  },
  { what: 'a device that answers on a node', breaks: onNode(1, deviceOfSomebody), code: 'device_already_there' },
  {
    what: 'an NSS database of somebody else',
    breaks: onNode(1, { files: ['/etc/corosync/qdevice/net/nssdb/cert9.db'] }),
    code: 'foreign_nss_database',
  },
  {
    what: 'a half-written configuration',
    breaks: onNode(2, { files: ['/etc/corosync/corosync.conf.new'] }),
    code: 'config_being_edited',
  },
  {
    what: 'an editor’s swap file',
    breaks: onNode(2, { files: ['/etc/corosync/.corosync.conf.swp'] }),
    code: 'config_being_edited',
  },
  {
    what: 'the lock of Proxmox VE’s tools on the configuration',
    breaks: showing(1, 'editing', '/etc/pve/priv/lock/file-corosync_conf'),
    code: 'config_being_edited',
  },
  { what: 'a plain cluster registered as Proxmox VE', breaks: ofCluster({ kind: 'pve' }), code: 'not_pve' },
  {
    what: 'a Proxmox VE cluster registered as plain',
    wish: { kind: 'pve' },
    breaks: ofCluster({ kind: 'corosync' }),
    code: 'is_pve',
  },
  {
    what: 'a master copy that cannot be written',
    wish: { kind: 'pve' },
    breaks: onNode(2, ({ pve }) => ({ pve: pve && { ...pve, writable: false } })),
    code: 'pve_not_in_step',
  },
  {
    what: 'a master copy that differs from the local file',
    wish: { kind: 'pve' },
    breaks: onNode(1, ({ pve }) => ({ pve: pve && { ...pve, config: btoa('other') } })),
    code: 'pve_not_in_step',
  },
];

function deviceOfSomebody() {
  const view = world({ nodeCount: 2 }).nodes[0];
  if (!view || !('device' in view)) throw new Error('no device in this world');
  return { device: view.device };
}

/** A host name that the system would not resolve is refused before, so only its kind matters here. */
const withAddress =
  (id: number, text: string): Break =>
  (situation): OnboardingSituation => ({
    ...situation,
    nodes: situation.nodes.map((node) => {
      const address = hostAddress(text);
      return node.id === `node-${id}` && address.ok ? { ...node, address: address.value } : node;
    }),
  });

const connected = (name: string): Break => {
  const reading = world({ nodeCount: 2 }).arbiter?.reading;
  if (reading?.kind !== 'known') throw new Error('no list in this world');
  const [cluster, neighbour] = reading.value;
  if (!cluster || !neighbour) throw new Error('too few clusters in this world');
  return onArbiter({ clusters: known([neighbour, { ...cluster, name, clients: [] }]) });
};

const CLUSTERS: readonly Row[] = [
  { what: 'a cluster that has its device', breaks: ofCluster({ onboarded: true }), code: 'already_onboarded' },
  {
    what: 'nodes with different rings',
    breaks: seeing(2, ({ ringId }) => ({ ringId: { ...ringId, sequence: 'ff' } })),
    code: 'views_differ',
  },
  {
    what: 'nodes that count different members',
    breaks: seeing(2, ({ members }) => ({
      members: members.map((one) => ({ ...one, nodeId: (one.nodeId + 5) as NodeId })),
    })),
    code: 'views_differ',
  },
  {
    what: 'files that differ by a blank',
    breaks: onNode(2, (facts) => ({ config: btoa(`${atob(facts.config ?? '')} `) })),
    code: 'configs_differ',
  },
  { what: 'nodes that run different versions', breaks: onNode(2, { runningVersion: '6' }), code: 'versions_differ' },
  {
    what: 'one machine under two addresses',
    breaks: (situation) => onNode(2, { machineId: '1'.padStart(32, '0') })(situation),
    code: 'same_machine',
  },
  {
    what: 'two nodes with one node id',
    breaks: seeing(2, () => ({ nodeId: nodeId(1) ?? (1 as NodeId) })),
    code: 'same_node_id',
  },
  { what: 'an arbiter at the address of a node', breaks: withAddress(2, '10.77.0.2'), code: 'arbiter_is_a_node' },
  {
    what: 'an arbiter that has an address of a node',
    breaks: onArbiter({ addresses: ['10.77.0.2', '10.77.1.2'] }),
    code: 'arbiter_is_a_node',
  },
  {
    what: 'an arbiter with the machine id of a node',
    breaks: onArbiter({ machineId: '2'.padStart(32, '0') }),
    code: 'arbiter_is_a_node',
  },
  {
    what: 'an arbiter that was not prepared',
    breaks: (situation) => ({ ...situation, arbiter: { ...situation.arbiter, prepared: false } }),
    code: 'arbiter_not_prepared',
  },
  {
    what: 'an arbiter whose qnetd is down',
    breaks: onArbiter({ status: { kind: 'down', finding: error('qnetd_down', '', 'It is down.') } }),
    code: 'qnetd_down',
  },
  {
    what: 'a qnetd that was just started',
    breaks: onArbiter({ signs: [{ kind: 'young-qnetd', detail: '3' }] }),
    code: 'qnetd_restarting',
  },
  {
    what: 'a qnetd that systemd is starting again',
    breaks: onArbiter({ units: new Map([['corosync-qnetd.service', { active: 'activating', enabled: 'enabled' }]]) }),
    code: 'qnetd_restarting',
  },
  {
    what: 'a qnetd that hangs',
    breaks: onArbiter({ signs: [{ kind: 'hung', detail: 'qnetd' }] }),
    code: 'qnetd_hung',
  },
  { what: 'a qnetd that takes clients without TLS', breaks: withTls('supported'), code: 'arbiter_tls_not_required' },
  { what: 'a qnetd that cannot do TLS', breaks: withTls('unsupported'), code: 'arbiter_tls_not_required' },
  {
    what: 'a qnetd whose clusters cannot be read',
    breaks: onArbiter({ clusters: { kind: 'unknown', finding: error('qnetd_unreadable', '', 'Something else.') } }),
    code: 'qnetd_unreadable',
  },
  { what: 'a name that is connected already', breaks: connected('office'), code: 'name_taken' },
  { what: 'a name that is connected in another letter case', breaks: connected('OFFICE'), code: 'name_taken' },
];

function withTls(tls: 'supported' | 'unsupported'): Break {
  return (situation) => {
    const { found } = situation.arbiter;
    if (!('facts' in found) || found.facts.status.kind !== 'known') throw new Error('the arbiter was not seen');
    return onArbiter({ status: known({ ...found.facts.status.value, tls }) })(situation);
  };
}

const CONFIGS: readonly Row[] = [
  { what: 'a device in the file', breaks: inQuorum('device {\n    model: net\n  }'), code: 'device_already_there' },
  {
    what: 'another provider',
    breaks: replaced('corosync_votequorum', 'corosync_other'),
    code: 'provider_not_votequorum',
  },
  { what: 'auto_tie_breaker (invariant 13)', breaks: inQuorum('auto_tie_breaker: 1'), code: 'auto_tie_breaker_set' },
  { what: 'last_man_standing (invariant 13)', breaks: inQuorum('last_man_standing: 1'), code: 'last_man_standing_set' },
  { what: 'allow_downscale (invariant 13)', breaks: inQuorum('allow_downscale: 1'), code: 'allow_downscale_set' },
  {
    what: 'expected_votes_tracking',
    breaks: inQuorum('expected_votes_tracking: 1'),
    code: 'expected_votes_tracking_set',
  },
  { what: 'expected_votes', breaks: inQuorum('expected_votes: 2'), code: 'expected_votes_set' },
  {
    what: 'node votes other than 1 (invariant 13)',
    breaks: withConfig(afterLine('    nodeid: 1', '    quorum_votes: 2')),
    code: 'node_votes_not_one',
  },
  {
    what: 'a file that lists one node alone',
    breaks: withConfig((text) => text.replace(/ {2}node \{\n {4}nodeid: 2\n[^}]*\}\n/, '')),
    code: 'too_few_nodes',
  },
  {
    what: 'a file without a quorum section',
    breaks: withConfig((text) => text.replace(/quorum \{[^}]*\}/, '')),
    code: 'quorum_section_missing',
  },
  {
    what: 'an odd file where ffsplit was to be chosen (invariant 13)',
    breaks: withConfig(afterLine('nodelist {', '  node {\n    nodeid: 3\n    ring0_addr: 10.77.1.3\n  }')),
    code: 'ffsplit_with_odd_node_count',
  },
  {
    what: 'a file that Proxmox VE reads otherwise',
    wish: { kind: 'pve' },
    breaks: replaced('version: 2', 'version:2'),
    code: 'pve_value_not_one_word',
  },
  {
    what: 'the cluster’s key in the file',
    breaks: withConfig(afterLine('totem {', '  key: not-a-key')),
    code: 'inline_key',
  },
  {
    what: 'another cluster’s name',
    breaks: replaced('cluster_name: office', 'cluster_name: Office'),
    code: 'cluster_name_differs',
  },
  { what: 'a cluster without a name', breaks: replaced('  cluster_name: office\n', ''), code: 'cluster_name_missing' },
  {
    what: 'nodes in the file that are not registered',
    breaks: withConfig(
      afterLine(
        'nodelist {',
        '  node {\n    nodeid: 3\n    ring0_addr: 10.77.1.3\n  }\n  node {\n    nodeid: 4\n    ring0_addr: 10.77.1.4\n  }',
      ),
    ),
    code: 'node_set_differs',
  },
  {
    what: 'a file that is not what corosync runs',
    breaks: onNodes({ runningVersion: '6' }),
    code: 'config_not_running',
  },
  { what: 'a file without a version', breaks: replaced('  config_version: 7\n', ''), code: 'config_version_missing' },
  {
    what: 'a version with none above it',
    breaks: (situation) =>
      onNodes({ runningVersion: '9007199254740991' })(
        replaced('config_version: 7', 'config_version: 9007199254740991')(situation),
      ),
    code: 'config_version_not_higher',
  },
  { what: 'a file that is none', breaks: withConfig(() => 'totem {\n'), code: 'closing_brace_missing' },
];

export const BROKEN = { hosts: HOSTS, nodes: NODES, clusters: CLUSTERS, configs: CONFIGS } as const;
