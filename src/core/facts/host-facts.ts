import type { Instant } from '../time.ts';
import { answer, listing, type Sections } from './sections.ts';
import { signsOf, type Sign } from './signs.ts';

/** What every host is asked, be it a node or an arbiter. */
export interface HostFacts {
  readonly isRoot: boolean;
  /** The host's clock minus ours; null when it did not say. Half the time that the look took is its uncertainty. */
  readonly clockOffsetMs: number | null;
  readonly machineId: string | null;
  /** Each address of its own, in the form that `ip` prints. */
  readonly addresses: readonly string[];
  /** Installed packages with their versions. */
  readonly packages: ReadonlyMap<string, string>;
  /** systemd's ActiveState and UnitFileState by unit. */
  readonly units: ReadonlyMap<string, Unit>;
  /** The least free space on the file systems that a change writes to; null when unknown. */
  readonly freeKiB: number | null;
  /** What else speaks against changing this host; null when the look did not tell. */
  readonly signs: readonly Sign[] | null;
}

export interface Unit {
  readonly active: string;
  readonly enabled: string;
}

/**
 * @param askedAt the middle of the time between question and answer, by our clock
 * @param tools sections that ask a daemon, each with the daemon's name
 */
export const hostFacts = (
  sections: Sections,
  askedAt: Instant,
  tools: Readonly<Record<string, string>> = {},
): HostFacts => {
  const clock = answer(sections, 'clock');
  const machineId = answer(sections, 'machine');
  return {
    isRoot: answer(sections, 'user') === '0',
    clockOffsetMs: clock !== null && /^\d{13}$/.test(clock) ? Number(clock) - askedAt : null,
    machineId: machineId !== null && /^[0-9a-f]{32}$/.test(machineId) ? machineId : null,
    addresses: addressesOf(listing(sections, 'addresses')),
    packages: packagesOf(listing(sections, 'packages')),
    units: unitsOf(listing(sections, 'units')),
    freeKiB: freeOf(listing(sections, 'space')),
    signs: signsOf(sections, tools),
  };
};

/** `2: eth0    inet 10.0.0.1/24 brd … scope global eth0` */
const addressesOf = (text: string): string[] =>
  text.split('\n').flatMap((line) => {
    const match = /\binet6? ([0-9a-fA-F.:]+)\//.exec(line);
    return match?.[1] ? [match[1].toLowerCase()] : [];
  });

/** `corosync installed 3.1.7-1+deb12u2`; a package that dpkg does not know has no line. */
const packagesOf = (text: string): Map<string, string> => {
  const lines = text.split('\n').map((line) => line.split(' '));
  return new Map(
    lines.flatMap(([name, status, version]) =>
      name && status === 'installed' && version ? [[name, version] as const] : [],
    ),
  );
};

/** Blocks of `Key=value` lines, one block a unit (`systemctl show`). */
const unitsOf = (text: string): Map<string, Unit> => {
  const blocks = text.split('\n\n').map((block) => new Map(block.split('\n').map((line) => splitOnce(line, '='))));
  return new Map(
    blocks.flatMap((block) => {
      const id = block.get('Id');
      return id
        ? [[id, { active: block.get('ActiveState') ?? '', enabled: block.get('UnitFileState') ?? '' }] as const]
        : [];
    }),
  );
};

const splitOnce = (line: string, by: string): [string, string] => {
  const at = line.indexOf(by);
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
};

/** `df -P -k`: the fourth column is what is available, in digits and in nothing else that would pass for a number. */
const freeOf = (text: string): number | null => {
  const free = text.split('\n').map((row) => row.trim().split(/\s+/)[3] ?? '');
  const known = free.filter((column) => /^\d{1,15}$/.test(column)).map(Number);
  return known.length > 0 ? known.reduce((least, one) => Math.min(least, one)) : null;
};
