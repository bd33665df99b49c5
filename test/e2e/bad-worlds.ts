import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { command } from '../lab/command.ts';
import type { LabHost } from '../lab/host.ts';
import {
  addLine,
  CONF,
  firstOf,
  newer,
  onEach,
  reload,
  removeLine,
  rewrite,
  untilItRunsItsFile,
  untilItSees,
} from './hand-edits.ts';
import type { World } from './world.ts';

/** A world in which `duo`, or another cluster, must not be onboarded. */
export interface BadWorld {
  readonly reason: string;
  /** Of the findings that must be there; of the first, the words that say what to do. */
  readonly codes: readonly [string, ...string[]];
  readonly says: RegExp;
  /** The host that the first finding must name; otherwise it is about the cluster, or about all hosts. */
  readonly on?: string;
  readonly cluster?: string;
  readonly options?: Record<string, unknown>;
  /** What is registered otherwise than it is. */
  readonly registration?: (world: World) => Promise<Record<string, unknown>> | Record<string, unknown>;
  readonly spoil?: (world: World) => Promise<unknown>;
  readonly mend?: (world: World) => Promise<unknown>;
  /** Nodes that the test itself takes down or cuts off: nobody watches their quorum. */
  readonly down?: readonly string[];
}

/** Where corosync-qdevice looks for its certificates. */
const NSS = '/etc/corosync/qdevice/net/nssdb';
/** Odd clusters are onboarded only by those who accept the risk; the others do not mind. */
export const ACCEPTED = { acceptOddNodeRisk: true };

export const duo = ({ lab }: World): readonly LabHost[] => lab.cluster('duo').nodes;

/** An option that a device excludes, on all nodes and in force: corosync 3.1.7 takes every one of them at a reload. */
const excluded = (line: string, code: string): BadWorld => ({
  reason: `corosync.conf says ${line}`,
  codes: [code],
  says: /Remove \w+/,
  spoil: (world) => reload(duo(world), addLine('quorum', line)),
  mend: (world) => reload(duo(world), removeLine(line)),
});

/** A file on one node that somebody else made, and its end. */
const leftover = (path: string): Pick<BadWorld, 'spoil' | 'mend'> => ({
  spoil: ({ lab }) => lab.host('duo-2').writeFile(path, 'somebody was here\n'),
  mend: ({ lab }) => lab.host('duo-2').run(['rm', path]),
});

/** A clock that is ahead by so many seconds, or behind where negative. */
const fast = (host: string, seconds: number): Pick<BadWorld, 'spoil' | 'mend'> => ({
  spoil: ({ lab }) => lab.host(host).setClockOffset(seconds),
  mend: ({ lab }) => lab.host(host).setClockOffset(0),
});

/** The nodes of `duo` with another login than the one that opens them. */
const loggingIn = async (world: World, login: Record<string, unknown>): Promise<Record<string, unknown>> => {
  const { id } = await world.client.post<{ id: string }>('/v1/ssh-credentials', { name: 'another login', ...login });
  return { nodes: duo(world).map((node) => ({ ...world.inventory.nodeOf(node), credentialId: id })) };
};

/** Registers one more arbiter on a host of the lab; nothing is run there. @returns its id */
export const arbiterAt = async ({ client, inventory }: World, name: string, host: LabHost): Promise<string> => {
  const place = { ...inventory.nodeOf(host), name: `${name} ${randomBytes(4).toString('hex')}`, isolation: 'shared' };
  return (await client.post<{ id: string }>('/v1/arbiters', place)).id;
};

/** Leaves so little room on the disks of all hosts, which lie on one tmpfs; null gives them their room back. */
const leaveFree = async ({ lab }: World, freeKiB: number | null): Promise<void> => {
  const { stdout } = await command(['df', '--output=used', '-k', lab.paths.run]);
  const size = freeKiB === null ? '50%' : `${String(Number(stdout.split('\n')[1]) + freeKiB)}k`;
  await command(['mount', '-o', `remount,size=${size}`, lab.paths.run]);
};

export const BAD_WORLDS: readonly BadWorld[] = [
  {
    reason: 'a node has no power',
    codes: ['ssh_unreachable', 'membership_differs'],
    says: /Check the name, the route and firewalls/,
    on: 'duo-2',
    spoil: async ({ lab }) => {
      await lab.host('duo-2').powerOff();
      await untilItSees(lab.host('duo-1'), 1);
      // As for whoever has not spoken to it for a while: a remembered hardware address would make it a timeout instead.
      await command(['ip', 'neigh', 'flush', 'to', lab.host('duo-2').address]);
    },
    mend: ({ lab }) => lab.host('duo-2').powerOn(),
    down: ['duo-2'],
  },
  {
    reason: 'a node refuses SSH',
    codes: ['ssh_connection_refused'],
    says: /Check that sshd runs/,
    on: 'duo-2',
    spoil: ({ lab }) => lab.refuse('duo-2', 22),
    mend: ({ lab }) => lab.heal(['duo-2']),
  },
  {
    reason: 'packets to a node vanish (invariant 28)',
    codes: ['ssh_connect_timeout'],
    says: /Check the address, the port and firewalls/,
    on: 'duo-2',
    spoil: ({ lab }) => lab.partition(['controller'], ['duo-2']),
    mend: ({ lab }) => lab.heal(),
  },
  {
    reason: 'the sshd of a node takes the connection and says nothing (invariant 28)',
    codes: ['ssh_connect_timeout'],
    says: /Check the address/,
    on: 'duo-2',
    spoil: ({ lab }) => lab.host('duo-2').pause('ssh'),
    mend: ({ lab }) => lab.host('duo-2').resume('ssh'),
  },
  {
    reason: 'the arbiter refuses SSH',
    codes: ['ssh_connection_refused'],
    says: /Check that sshd runs/,
    on: 'arbiter',
    spoil: ({ lab }) => lab.refuse('arbiter', 22),
    mend: ({ lab }) => lab.heal(['arbiter']),
  },
  {
    reason: 'a node is cut off from the others and not quorate',
    codes: ['not_quorate', 'membership_differs', 'views_differ'],
    says: /Bring the other nodes back first/,
    on: 'trio-1',
    cluster: 'trio',
    options: ACCEPTED,
    spoil: async ({ lab }) => {
      await lab.partition(['trio-1'], ['trio-2', 'trio-3']);
      await untilItSees(lab.host('trio-1'), 1);
      await untilItSees(lab.host('trio-3'), 2);
    },
    mend: ({ lab }) => lab.heal(),
    down: ['trio-1'],
  },
  {
    reason: 'corosync is stopped on a node',
    codes: ['corosync_down', 'membership_differs'],
    says: /Start it, and wait/,
    on: 'duo-2',
    spoil: ({ lab }) => lab.host('duo-2').run('systemctl stop corosync'),
    mend: ({ lab }) => lab.host('duo-2').run('systemctl start corosync'),
    down: ['duo-2'],
  },
  {
    reason: 'a node too few is registered',
    codes: ['node_set_differs', 'membership_differs'],
    says: /Register all nodes/,
    cluster: 'trio',
    options: ACCEPTED,
    registration: ({ lab, inventory }) => ({
      nodes: lab
        .cluster('trio')
        .nodes.slice(1)
        .map((node) => inventory.nodeOf(node)),
    }),
  },
  {
    reason: 'corosync.conf lists a node more than is registered',
    codes: ['node_set_differs'],
    says: /Register all nodes/,
    spoil: (world) => rewrite(duo(world), addLine('nodelist', 'node {\n nodeid: 3\n ring0_addr: 10.77.1.3\n }')),
    mend: (world) => rewrite(duo(world), removeLine('node {\n nodeid: 3\n ring0_addr: 10.77.1.3\n }')),
  },
  {
    reason: 'the nodes run different versions of one file',
    codes: ['versions_differ'],
    says: /Reload/,
    spoil: async (world) => {
      const [first, second] = [[world.lab.host('duo-1')], [world.lab.host('duo-2')]] as const;
      await rewrite(second, newer);
      await firstOf(second).run('corosync-cfgtool -R');
      await untilItRunsItsFile(firstOf(second));
      await rewrite(first, newer);
    },
    mend: (world) => reload(duo(world)),
  },
  {
    reason: 'corosync runs another version than its file’s',
    codes: ['config_not_running'],
    says: /reload or repair it first/,
    spoil: (world) => rewrite(duo(world), newer),
    mend: (world) => reload(duo(world)),
  },
  {
    reason: 'a comment differs on one node (invariant 12)',
    codes: ['configs_differ'],
    says: /Make it so first/,
    spoil: ({ lab }) => rewrite([lab.host('duo-2')], addLine('totem', '# our own words')),
    mend: ({ lab }) => rewrite([lab.host('duo-2')], removeLine('# our own words')),
  },
  {
    reason: 'a node has no corosync.conf',
    codes: ['config_unreadable', 'configs_differ'],
    says: /Restore the file/,
    on: 'duo-2',
    spoil: ({ lab }) => lab.host('duo-2').run(['mv', CONF, '/root/kept']),
    mend: ({ lab }) => lab.host('duo-2').run(['mv', '/root/kept', CONF]),
  },
  {
    reason: 'a section of corosync.conf is not closed',
    codes: ['closing_brace_missing'],
    says: /Add the missing/,
    spoil: (world) => rewrite(duo(world), (text) => `${text}quorum {\n`),
    mend: (world) => rewrite(duo(world), (text) => text.replace(/quorum \{\n$/, '')),
  },
  {
    reason: 'somebody’s NSS database is on a node',
    codes: ['foreign_nss_database'],
    says: /Move it away/,
    on: 'duo-2',
    spoil: ({ lab }) => lab.host('duo-2').run(`mkdir -p ${NSS} && certutil -N --empty-password -d sql:${NSS}`),
    mend: ({ lab }) => lab.host('duo-2').run(['rm', '-r', '/etc/corosync/qdevice']),
  },
  {
    reason: 'corosync.conf.new was left',
    codes: ['config_being_edited'],
    says: /Finish or remove it/,
    on: 'duo-2',
    ...leftover(`${CONF}.new`),
  },
  {
    reason: 'corosync.conf is open in an editor',
    codes: ['config_being_edited'],
    says: /Finish or remove it/,
    on: 'duo-2',
    ...leftover('/etc/corosync/.corosync.conf.swp'),
  },
  excluded('auto_tie_breaker: 1', 'auto_tie_breaker_set'),
  excluded('last_man_standing: 1', 'last_man_standing_set'),
  excluded('allow_downscale: 1', 'allow_downscale_set'),
  excluded('expected_votes: 2', 'expected_votes_set'),
  {
    reason: 'a node has two votes',
    codes: ['node_votes_not_one'],
    says: /Set quorum_votes of every node to 1/,
    spoil: (world) => reload(duo(world), (text) => text.replace('quorum_votes: 1', 'quorum_votes: 2')),
    mend: (world) => reload(duo(world), (text) => text.replace('quorum_votes: 2', 'quorum_votes: 1')),
  },
  {
    reason: 'the arbiter is registered as a node',
    codes: ['arbiter_is_a_node'],
    says: /a host of its own/,
    on: 'arbiter',
    registration: (world) => ({
      nodes: [firstOf(duo(world)), world.lab.arbiter].map((host) => world.inventory.nodeOf(host)),
    }),
  },
  {
    reason: 'the arbiter is not prepared',
    codes: ['arbiter_not_prepared'],
    says: /run a prepare-arbiter job first/,
    registration: async (world) => ({ arbiterId: await arbiterAt(world, 'unprepared', world.lab.arbiter) }),
  },
  {
    reason: 'qnetd is stopped on the arbiter',
    codes: ['qnetd_down'],
    says: /See whether its unit runs/,
    on: 'arbiter',
    spoil: ({ lab }) => lab.arbiter.run('systemctl stop corosync-qnetd'),
    mend: ({ lab }) => lab.arbiter.run('systemctl start corosync-qnetd'),
  },
  {
    reason: 'a node’s clock is a minute fast (invariant 19)',
    codes: ['clock_skew'],
    says: /NTP/,
    on: 'duo-2',
    ...fast('duo-2', 60),
  },
  {
    reason: 'the arbiter’s clock is a minute slow (invariant 19)',
    codes: ['clock_skew'],
    says: /NTP/,
    on: 'arbiter',
    ...fast('arbiter', -60),
  },
  {
    reason: 'the login may not become root',
    codes: ['sudo_refused'],
    says: /Allow this user NOPASSWD/,
    registration: async (world) =>
      loggingIn(world, { user: 'nosudo', privateKey: await readFile(world.lab.privateKey, 'utf8') }),
  },
  {
    reason: 'the nodes do not know the key',
    codes: ['ssh_authentication_failed'],
    says: /authorized_keys/,
    registration: (world) => loggingIn(world, { user: 'root', generate: true }),
  },
  {
    reason: 'nobody accepted the risk of an odd number of nodes',
    codes: ['odd_node_risk_not_accepted', 'qdevice_single_point_of_failure', 'last_node_overload'],
    says: /ask again with acceptOddNodeRisk/,
    cluster: 'trio',
  },
  {
    reason: 'the cluster has another name',
    codes: ['cluster_name_differs'],
    says: /register it under its own name/,
    registration: () => ({ name: 'duet' }),
  },
  {
    reason: 'the cluster’s name has other letter cases',
    codes: ['cluster_name_differs'],
    says: /letter for letter/,
    registration: () => ({ name: 'Duo' }),
  },
  {
    reason: 'the disks are full',
    codes: ['disk_full'],
    says: /Make room/,
    spoil: (world) => leaveFree(world, 20 * 1024),
    mend: (world) => leaveFree(world, null),
  },
  {
    reason: 'a node is registered twice, under two addresses',
    codes: ['same_machine', 'same_node_id'],
    says: /Register each node once/,
    spoil: ({ lab }) => lab.host('duo-1').run('ip addr add 10.77.1.101/16 dev eth0'),
    registration: (world) => {
      const node = world.inventory.nodeOf(firstOf(duo(world)));
      return { nodes: [node, { ...node, address: '10.77.1.101' }] };
    },
    mend: ({ lab }) => lab.host('duo-1').run('ip addr del 10.77.1.101/16 dev eth0'),
  },
  {
    reason: 'a node has no machine id',
    codes: ['machine_id_missing'],
    says: /systemd-machine-id-setup/,
    on: 'duo-2',
    spoil: ({ lab }) => lab.host('duo-2').run('cp -p /etc/machine-id /root/kept && : >/etc/machine-id'),
    mend: ({ lab }) => lab.host('duo-2').run('cat /root/kept >/etc/machine-id && rm /root/kept'),
  },
  {
    reason: 'a plain cluster is registered as Proxmox VE’s',
    codes: ['not_pve'],
    says: /registered as "pve"/,
    registration: () => ({ kind: 'pve' }),
  },
  {
    reason: 'a Proxmox VE cluster is registered as a plain one',
    codes: ['is_pve'],
    says: /register its cluster as "pve"/,
    spoil: (world) => onEach(duo(world), (node) => node.run(`mkdir /etc/pve && cp ${CONF} /etc/pve`)),
    mend: (world) => onEach(duo(world), (node) => node.run('rm -r /etc/pve')),
  },
];
