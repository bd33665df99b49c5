import { error, warning, type Finding } from '../finding.ts';
import type { HostFacts } from '../facts/host-facts.ts';
import { signOf } from '../facts/signs.ts';

/** What must be true of any host before it is changed. */
export interface HostGate {
  readonly because: string;
  readonly check: (facts: HostFacts, subject: string) => Finding | null;
}

/** Above this no certificate is issued: its validity would not mean the same on both sides (invariant 19). */
export const MOST_SKEW_MS = 30_000;

/** A package with what it needs takes under 30 MiB, an NSS database under 100 KiB. */
const LEAST_FREE_KIB = 50 * 1024;

export const HOST_GATES: readonly HostGate[] = [
  {
    because: 'every change needs root: certificates, configuration, packages and units are its own',
    check: ({ isRoot }, subject) =>
      isRoot
        ? null
        : error(
            'missing_rights',
            subject,
            `The login on ${subject} does not become root. Log in as root, or allow the user NOPASSWD sudo.`,
          ),
  },
  {
    because: 'a certificate must be valid at the same time for whoever issues, shows and checks it',
    check: ({ clockOffsetMs }, subject) => {
      if (clockOffsetMs === null)
        return error('clock_unknown', subject, `${subject} did not tell its time. Run "date" there to see why.`);
      if (Math.abs(clockOffsetMs) <= MOST_SKEW_MS) return null;
      const seconds = Math.round(clockOffsetMs / 1000);
      return error(
        'clock_skew',
        subject,
        `The clock of ${subject} is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} ours. Have it kept by NTP.`,
        { seconds },
      );
    },
  },
  {
    because: 'a change that runs out of space stops half-way',
    check: ({ freeKiB }, subject) =>
      freeKiB !== null && freeKiB < LEAST_FREE_KIB
        ? error(
            'disk_full',
            subject,
            `${subject} has only ${freeKiB} KiB free where a change would write; it needs ${LEAST_FREE_KIB}. Make room.`,
            { freeKiB },
          )
        : null,
  },
  {
    because: 'a host is known by its machine id, wherever its address leads tomorrow',
    check: ({ machineId }, subject) =>
      machineId === null
        ? error('machine_id_missing', subject, `${subject} has no machine id. Run systemd-machine-id-setup there.`)
        : null,
  },
  {
    because: 'what a host did not tell may be what speaks against its change',
    check: ({ signs }, subject) =>
      signs === null
        ? error(
            'signs_unknown',
            subject,
            `${subject} did not tell whether anything else is at work there. Ask again; if it stays, see the log of sshd there.`,
          )
        : null,
  },
  {
    because: 'a change of a read-only file system stops half-way',
    check: ({ signs, isRoot }, subject) => {
      // Whoever is not root may write nowhere, and was told so.
      const found = isRoot ? signOf(signs, 'read-only') : null;
      return found
        ? error(
            'read_only',
            subject,
            `${found.detail} on ${subject} is read-only. See why in the journal (a failing disk?), and remount it.`,
            { path: found.detail },
          )
        : null;
    },
  },
  {
    because: 'a package manager at work restarts daemons when it likes, and lets nobody else install',
    check: ({ signs }, subject) => {
      const found = signOf(signs, 'package-lock');
      const [name = '', pid = '', path = ''] = found?.detail.split(' ') ?? [];
      return found
        ? error(
            'package_manager_locked',
            subject,
            `${name} (process ${pid}) on ${subject} holds ${path}. Wait for its end, and ask again.`,
            { name, pid, path },
          )
        : null;
    },
  },
  {
    because: 'a host that goes down takes its votes along, in the midst of the change',
    check: ({ signs }, subject) => {
      const found = signOf(signs, 'going-down');
      return found
        ? error(
            'host_going_down',
            subject,
            `${found.detail} says that ${subject} is going down, or still starting. Cancel that (shutdown -c) or wait for it.`,
            { path: found.detail },
          )
        : null;
    },
  },
  {
    because: 'a host in maintenance may be switched off at any moment',
    check: ({ signs }, subject) => {
      const found = signOf(signs, 'maintenance');
      return found
        ? error(
            'host_in_maintenance',
            subject,
            `${found.detail} on ${subject} shows a node in maintenance mode. End that first: ha-manager crm-command node-maintenance disable NODE.`,
            { path: found.detail },
          )
        : null;
    },
  },
  {
    because: 'another tool that changes clusters may be about to change the same things',
    check: ({ signs }, subject) => {
      const found = signOf(signs, 'tool');
      const [name = '', pid = ''] = found?.detail.split(' ') ?? [];
      return found
        ? error(
            'other_tool_running',
            subject,
            `${name} (process ${pid}) runs on ${subject}. Wait for its end, and ask again.`,
            { name, pid },
          )
        : null;
    },
  },
  {
    because: 'two installations of this service know nothing of each other’s jobs',
    check: ({ signs }, subject) => otherUmpire(signOf(signs, 'other-umpire')?.detail, subject),
  },
];

/** What a person should know of a host, but that stops nothing. */
export const HOST_WARNINGS: readonly HostGate[] = [
  {
    because: 'a host that waits for its reboot will go down some day soon, which a quorum must outlive',
    check: ({ signs }, subject) =>
      signOf(signs, 'reboot-required')
        ? warning(
            'reboot_required',
            subject,
            `${subject} waits for a reboot after an upgrade. Reboot it when the vote is there, and never while another node is away.`,
          )
        : null,
  },
];

/** @param detail the age in seconds of the other installation's last change, and the subject of that; none when there is none */
export const otherUmpire = (detail: string | undefined, subject: string): Finding | null => {
  if (detail === undefined) return null;
  const [age = '', about = ''] = detail.split(' ');
  return error(
    'other_umpire',
    subject,
    `Another installation of this service changed ${subject} ${age} s ago. Wait for the end of its job, or two minutes, and ask again.`,
    { ageS: Number(age), about },
  );
};

/** Every gate of a host that is shut, and what should be known of it. */
export const hostFindings = (facts: HostFacts, subject: string): Finding[] =>
  [...HOST_GATES, ...HOST_WARNINGS].map((rule) => rule.check(facts, subject)).filter((finding) => finding !== null);
