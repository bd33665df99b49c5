import type { LabHost } from '../lab/host.ts';
import { duo, type BadWorld } from './bad-worlds.ts';
import { onEach, untilItSees } from './hand-edits.ts';
import type { World } from './world.ts';

type Spoiling = Pick<BadWorld, 'spoil' | 'mend'>;

/** A command that somebody else has running on a host, until it is mended. */
const running = (host: string, line: string): Spoiling => ({
  spoil: ({ lab }) => lab.host(host).run(inBackground(line)),
  mend: ({ lab }) => lab.host(host).run(ENDED),
});

/** Its process group outlives the shell that starts it; `exec` keeps the process id, and the name is the program's. */
const inBackground = (line: string): string =>
  `cd /tmp && { setsid sh -c 'echo $$ >/run/somebody; exec ${line}' >/dev/null 2>&1 & } && sleep 0.5`;
const ENDED = 'kill -- -"$(cat /run/somebody)" && rm /run/somebody';

/** A program of that name which does nothing, for a while. */
const idle = (name: string): string => `/tmp/${name} add`;
const withIdle = (host: string, name: string): Spoiling => {
  const { spoil, mend } = running(host, idle(name));
  return {
    spoil: async (world) => {
      await world.lab.host(host).writeFile(`/tmp/${name}`, '#!/bin/sh\nsleep 300\n', 0o755);
      await spoil?.(world);
    },
    mend,
  };
};

/** Holds the lock of dpkg as dpkg does: by fcntl(2). */
const LOCKING = `python3 -c "import fcntl,time; f=open(\\"/var/lib/dpkg/lock-frontend\\",\\"a\\"); fcntl.lockf(f,fcntl.LOCK_EX); time.sleep(300)"`;

/** A file or directory that is there until it is mended. */
const present = (host: string, path: string, content = 'somebody was here\n'): Spoiling => ({
  spoil: ({ lab }) => lab.host(host).writeFile(path, content),
  mend: ({ lab }) => lab.host(host).run(['rm', '-r', path.startsWith('/etc/pve/') ? '/etc/pve' : path]),
});

const readOnly = (host: string, path: string): Spoiling => ({
  spoil: ({ lab }) => lab.host(host).run(`mount --bind ${path} ${path} && mount -o remount,bind,ro ${path}`),
  mend: ({ lab }) => lab.host(host).run(['umount', path]),
});

/** What another installation leaves on a host that it changes; see change.sh. */
const otherUmpire = (host: string): Spoiling => ({
  spoil: ({ lab }) =>
    lab
      .host(host)
      .run(
        'mkdir -p /run/umpire && read -r up _ </proc/uptime && echo "other cluster-x ${up%%.*}" >/run/umpire/change',
      ),
  mend: ({ lab }) => lab.host(host).run('rm /run/umpire/change'),
});

const stopped = (host: string, unit: string): Spoiling => ({
  spoil: ({ lab }) => lab.host(host).pause(unit),
  mend: ({ lab }) => lab.host(host).resume(unit),
});

const corosync = (nodes: readonly LabHost[], verb: 'start' | 'stop') =>
  onEach(nodes, (node) => node.run(`systemctl ${verb} corosync`));

const SHUTDOWN = '/run/systemd/shutdown/scheduled';

/** Worlds in which `duo` is whole on paper, or nearly, and must not be changed all the same. */
export const DEGRADED_WORLDS: readonly BadWorld[] = [
  {
    reason: 'corosync hangs on a node (invariant 28)',
    codes: ['corosync_hung', 'membership_differs'],
    says: /does not answer/,
    on: 'duo-2',
    spoil: async (world) => {
      await world.lab.host('duo-2').pause('corosync');
      await untilItSees(world.lab.host('duo-1'), 1);
    },
    mend: ({ lab }) => lab.host('duo-2').resume('corosync'),
    down: ['duo-2'],
  },
  {
    reason: 'a node waits until it has seen all others',
    codes: ['wait_for_all_pending', 'corosync_down'],
    says: /Start the nodes that are away/,
    on: 'duo-1',
    spoil: async (world: World) => {
      await corosync(duo(world), 'stop');
      await corosync(duo(world).slice(0, 1), 'start');
      await untilItSees(world.lab.host('duo-1'), 1);
    },
    mend: (world) => corosync(duo(world), 'start'),
    down: ['duo-1', 'duo-2'],
  },
  {
    reason: 'the file system of corosync.conf is read-only on a node',
    codes: ['read_only'],
    says: /remount it/,
    on: 'duo-2',
    ...readOnly('duo-2', '/etc/corosync'),
  },
  {
    reason: 'dpkg is locked on a node',
    codes: ['package_manager_locked'],
    says: /Wait for its end/,
    on: 'duo-2',
    ...running('duo-2', LOCKING),
  },
  {
    reason: 'pvecm runs on a node',
    codes: ['other_tool_running'],
    says: /Wait for its end/,
    on: 'duo-2',
    ...withIdle('duo-2', 'pvecm'),
  },
  {
    reason: 'the vendor’s certificate script runs on a node',
    codes: ['other_tool_running'],
    says: /corosync-qdevice-net-certutil/,
    on: 'duo-1',
    ...withIdle('duo-1', 'corosync-qdevice-net-certutil'),
  },
  {
    reason: 'Proxmox VE’s tools hold the lock of corosync.conf',
    codes: ['config_being_edited'],
    says: /Finish or remove it/,
    on: 'duo-2',
    ...present('duo-2', '/etc/pve/priv/lock/file-corosync_conf/now'),
  },
  {
    reason: 'another installation of the service changes a node',
    codes: ['other_umpire'],
    says: /two minutes/,
    on: 'duo-2',
    ...otherUmpire('duo-2'),
  },
  {
    reason: 'a shutdown of a node is scheduled',
    codes: ['host_going_down'],
    says: /shutdown -c/,
    on: 'duo-1',
    ...present('duo-1', SHUTDOWN, 'USEC=1\n'),
  },
  {
    reason: 'a node is in maintenance mode',
    codes: ['host_in_maintenance'],
    says: /node-maintenance disable/,
    on: 'duo-2',
    ...present('duo-2', '/etc/pve/ha/manager_status', '{"node_status":{"duo-1":"online","duo-2":"maintenance"}}'),
  },
  {
    reason: 'qnetd has just crashed and was started again',
    codes: ['qnetd_restarting'],
    says: /See in its journal why/,
    on: 'arbiter',
    spoil: ({ lab }) =>
      lab.arbiter.run(
        'systemctl kill --kill-whom=main -s SEGV corosync-qnetd && sleep 1 && systemctl is-active corosync-qnetd',
      ),
    mend: ({ lab }) => lab.arbiter.run('systemctl restart corosync-qnetd'),
  },
  {
    reason: 'qnetd hangs (invariant 28)',
    codes: ['qnetd_hung'],
    says: /does not answer/,
    on: 'arbiter',
    ...stopped('arbiter', 'corosync-qnetd'),
  },
];

/** Worlds in which `duo`, onboarded, must not be changed: its nodes are quorate without the device, with no vote to spare. */
export const DEGRADED_DEVICES: readonly BadWorld[] = [
  {
    reason: 'the device of a node is down',
    codes: ['qdevice_down'],
    says: /systemctl start corosync-qdevice/,
    on: 'duo-2',
    spoil: ({ lab }) => lab.host('duo-2').run('systemctl stop corosync-qdevice'),
    mend: ({ lab }) => lab.host('duo-2').run('systemctl start corosync-qdevice'),
  },
  {
    reason: 'the device of a node hangs (invariant 28)',
    codes: ['qdevice_hung'],
    says: /runs but does not answer/,
    on: 'duo-2',
    ...stopped('duo-2', 'corosync-qdevice'),
  },
];

/** Worlds in which the arbiter must not be prepared. */
export const DEGRADED_ARBITERS: readonly (Required<Pick<BadWorld, 'reason' | 'spoil' | 'mend'>> & { code: string })[] =
  (
    [
      ['dpkg is locked', 'package_manager_locked', running('arbiter', LOCKING)],
      ['/var/lib is read-only', 'read_only', readOnly('arbiter', '/var/lib')],
      ['a shutdown is scheduled', 'host_going_down', present('arbiter', SHUTDOWN, 'USEC=1\n')],
      ['another installation changes it', 'other_umpire', otherUmpire('arbiter')],
      ['the vendor’s certificate script runs', 'other_tool_running', withIdle('arbiter', 'corosync-qnetd-certutil')],
    ] as const
  ).map(([reason, code, { spoil, mend }]) => ({
    ...{ reason, code },
    spoil: async (world: World) => spoil?.(world),
    mend: async (world: World) => mend?.(world),
  }));
