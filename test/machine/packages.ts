import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { labObstacle, machineObstacle } from '../lab/machine.ts';
import { runInPlace } from '../lab/passthrough.ts';
import { LABS_DIRECTORY, PACKAGE_CACHE } from '../lab/paths.ts';

/** What the suites start as servers of their own or run as a tool; the lab's packages are the lab's own business. */
export const SUITE_PACKAGES = [
  ...['libnss3-tools', 'openssh-server', 'postgresql', 'redis-server', 'shellcheck'],
  // Its promtool checks the alert rules.
  'prometheus',
] as const;

const INSTALL = join(import.meta.dirname, 'install.sh');
const LAB = join(import.meta.dirname, '../lab/cli.ts');

/** Why no package can be installed here, in one sentence; null where it can. */
export const packagesObstacle = (): string | null => {
  if (process.getuid?.() !== 0) return 'Packages are installed by root only.';
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID=debian$/m.test(release) ? null : 'Packages are installed on Debian only.';
};

/** Those of these packages that dpkg does not have installed completely; all of them where there is no dpkg. */
export const missingPackages = (packages: readonly string[]): string[] =>
  packages.filter((name) => {
    const { stdout } = spawnSync('dpkg-query', ['--show', '--showformat=${db:Status-Abbrev}', name], {
      encoding: 'utf8',
    });
    return !(stdout ?? '').startsWith('ii');
  });

/**
 * Installs those of these packages that are missing; silent where none is.
 * @returns why some are still missing, in one sentence; null where none is
 */
export const installMissing = async (packages: readonly string[] = SUITE_PACKAGES): Promise<string | null> => {
  const missing = missingPackages(packages);
  if (missing.length === 0) return null;
  const obstacle = packagesObstacle();
  if (obstacle === null && (await runInPlace(['sh', INSTALL, ...missing])) === 0) return null;
  return `Debian's ${missing.join(', ')} could not be installed. ${obstacle ?? ''}`.trimEnd();
};

/**
 * Installs what the lab needs, visibly; quick where everything is there.
 * @returns why this machine still cannot run a lab, in one sentence; null where it can
 */
export const installLab = async (): Promise<string | null> => {
  const obstacle = machineObstacle();
  if (obstacle !== null) return obstacle;
  const complete = labObstacle() === null && existsSync(join(PACKAGE_CACHE, 'complete'));
  // Nothing may be installed beneath the hosts of a lab that is up; while one is, everything was there before.
  if (complete && labsThatAreUp().length > 0) return null;
  if ((await runInPlace([process.execPath, LAB, 'install'])) === 0) return labObstacle();
  return labObstacle() ?? "The lab's packages could not be installed.";
};

/** The names of all labs on this machine, complete or not. */
export const labsThatAreUp = (): string[] => {
  if (!existsSync(LABS_DIRECTORY)) return [];
  const entries = readdirSync(LABS_DIRECTORY, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
};
