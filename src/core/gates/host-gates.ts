import { error, type Finding } from '../finding.ts';
import type { HostFacts } from '../facts/host-facts.ts';

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
];

export const hostFindings = (facts: HostFacts, subject: string): Finding[] =>
  HOST_GATES.map((rule) => rule.check(facts, subject)).filter((finding) => finding !== null);
