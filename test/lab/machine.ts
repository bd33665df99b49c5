import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { command, CommandFailed } from './command.ts';
import type { LabPaths } from './paths.ts';
import { SCRIPTS } from './paths.ts';

const PROGRAMS = ['ip', 'nft', 'nsenter', 'unshare', 'ssh-keygen', 'corosync', 'corosync-qnetd', 'sudo'];

/**
 * Why this machine cannot run a lab, in one sentence; null where it can.
 * Asks for root, Debian, the kernel's overlay, cgroup2 and namespaces, and the packages that `install` brings.
 */
export function labObstacle(): string | null {
  const absent = PROGRAMS.find((program) => !isInstalled(program));
  return (
    machineObstacle() ?? (absent === undefined ? null : `The lab needs ${absent}: run "npm run lab -- install" first.`)
  );
}

/** The same, packages aside: why no package would make this machine run a lab. */
export function machineObstacle(): string | null {
  if (process.getuid?.() !== 0) return 'The lab needs root: it makes namespaces and mounts.';
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  if (!/^ID=debian$/m.test(release)) return 'The lab needs Debian: its hosts are made from the machine itself.';
  const missing = missingKernelFeature();
  return missing === null ? null : `The lab needs a kernel with ${missing}.`;
}

function missingKernelFeature(): string | null {
  const absent = ['overlay', 'cgroup2', 'tmpfs', 'mqueue'].find((name) => !hasFileSystem(name));
  if (absent !== undefined) return absent;
  const namespaces = ['net', 'mnt', 'uts', 'ipc', 'pid', 'cgroup'];
  const closed = namespaces.find((name) => !existsSync(`/proc/self/ns/${name}`));
  return closed === undefined ? null : `${closed} namespaces`;
}

function hasFileSystem(name: string): boolean {
  const known = (): boolean => readFileSync('/proc/filesystems', 'utf8').split(/\s+/).includes(name);
  if (known()) return true;
  spawnSync('modprobe', ['-q', name]); // Debian's kernel has overlay as a module that nothing may have asked for yet
  return known();
}

function isInstalled(program: string): boolean {
  return ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((directory) => existsSync(join(directory, program)));
}

/**
 * Makes the lab's run directory, and what the machine needs while any lab is up (see host/footprint.sh).
 * @throws Error where a lab of this name is there already
 */
export async function claimMachine(paths: LabPaths): Promise<void> {
  try {
    await command(['sh', join(SCRIPTS, 'footprint.sh'), 'claim', paths.lab]);
  } catch (failure) {
    if (!(failure instanceof CommandFailed) || failure.output.exitCode !== 3) throw failure;
    throw new Error(`A lab named ${paths.lab} is there already: use it, or take it "down" first.`, { cause: failure });
  }
}

/** Removes the lab's empty run directory and, after the last lab, puts the machine back as it was found. */
export async function releaseMachine(paths: LabPaths): Promise<void> {
  await command(['sh', join(SCRIPTS, 'footprint.sh'), 'release', paths.lab]);
}
