import { command } from '../../lab/command.ts';
import type { LabHost } from '../../lab/host.ts';
import type { Lab } from '../../lab/lab.ts';
import { until } from '../../lab/waiting.ts';
import { lasting, type Fault } from './fault.ts';

const HOST_KEY = '/etc/ssh/ssh_host_ed25519_key';
const SUDO_RULE = '/etc/sudoers.d/umpire';
/** A place that no file tree is read from (test/lab/host/tree.py). */
const ASIDE = '/run/aside';

/** Long enough for corosync to miss a dead node: 6.5 s of two nodes, 9.5 s of four (test/lab/README.md). */
const MISSED_MS = 10_000;

/** The hosts' disks lie on one tmpfs: it is left so little room, or gets its room back. */
const leaveFree = async (lab: Lab, freeKiB: number | null): Promise<void> => {
  const { stdout } = await command(['df', '--output=used', '-k', lab.paths.run]);
  const size = freeKiB === null ? '50%' : `${Number(stdout.split('\n')[1]) + freeKiB}k`;
  await command(['mount', '-o', `remount,size=${size}`, lab.paths.run]);
};

/** Ends sshd's sessions: who is logged in has to log in again. */
const dropSessions = (host: LabHost): Promise<unknown> => host.run("pkill -KILL -f '^sshd: '", { allowFailure: true });

/** What may happen to a host of the job. */
const listens = async (host: LabHost): Promise<boolean> =>
  (await host.run("ss -Hltn 'sport = :22' | grep -q .", { allowFailure: true })).exitCode === 0;

export const HOST_FAULTS: readonly Fault[] = [
  lasting({
    name: 'power-cut',
    takes: 'host',
    forMs: MISSED_MS,
    begin: ({ host }) => host.powerOff(),
    end: ({ host }) => host.powerOn(),
  }),
  lasting({
    name: 'power-cut-of-other',
    takes: 'other',
    needsCluster: true,
    forMs: MISSED_MS,
    begin: ({ other }) => other().powerOff(),
    end: ({ other }) => other().powerOn(),
  }),
  lasting({
    name: 'disk-full',
    everywhere: true,
    forMs: 3_000,
    begin: ({ lab }) => leaveFree(lab, 0),
    end: ({ lab }) => leaveFree(lab, null),
  }),
  lasting({
    name: 'packages-locked',
    forMs: 5_000,
    // dpkg locks by fcntl(2), which ends with the process that holds it.
    begin: ({ host }) =>
      host.run(
        `python3 -c "import fcntl, time; lock = open('/var/lib/dpkg/lock-frontend', 'w'); fcntl.lockf(lock, fcntl.LOCK_EX); time.sleep(5)" >/dev/null 2>&1 &`,
      ),
    end: () => undefined,
  }),
  lasting({
    name: 'sudo-refused',
    forMs: 3_000,
    begin: ({ host }) => host.run(`cp -p ${SUDO_RULE} ${ASIDE}-sudo && rm ${SUDO_RULE}`),
    end: ({ host }) => host.run(`cp -p ${ASIDE}-sudo ${SUDO_RULE} && rm ${ASIDE}-sudo`),
  }),
  lasting({
    name: 'host-key-changed',
    forMs: 3_000,
    begin: async ({ host }) => {
      await host.run(
        `mkdir ${ASIDE}-key && cp -p ${HOST_KEY}* ${ASIDE}-key/ && rm ${HOST_KEY}* && ssh-keygen -q -t ed25519 -N '' -f ${HOST_KEY} && systemctl restart ssh`,
      );
      await dropSessions(host);
    },
    end: async ({ host }) => {
      await host.run(
        `cp -p ${ASIDE}-key/* /etc/ssh/ && rm -r ${ASIDE}-key && systemctl reset-failed ssh; systemctl restart ssh`,
      );
      await until('sshd listens', () => listens(host), { withinMs: 15_000, everyMs: 100 });
      await dropSessions(host);
    },
  }),
  lasting({
    name: 'clock-stepped',
    forMs: 3_000,
    begin: ({ host }) => host.setClockOffset(3_600),
    end: ({ host }) => host.setClockOffset(0),
  }),
  lasting({
    name: 'qnetd-stopped',
    everywhere: true,
    forMs: 3_000,
    // A preparation may not have got so far that there is one.
    begin: ({ lab }) =>
      lab.arbiter.run(
        'systemctl is-active -q corosync-qnetd && touch /run/aside-qnetd; systemctl stop corosync-qnetd',
        { allowFailure: true },
      ),
    end: ({ lab }) =>
      lab.arbiter.run('[ ! -e /run/aside-qnetd ] || { rm /run/aside-qnetd; systemctl start corosync-qnetd; }'),
  }),
];
