import { installLab, installMissing, missingPackages } from '../machine/packages.ts';
import { takeOrphansDown } from './orphan-labs.ts';
import type { Need, Part } from './parts.ts';

/** Why a need cannot be met, in one sentence. */
export type Obstacles = ReadonlyMap<Need, string>;

/** Installs what is missing for these parts, and finds out which needs stay unmet. */
export const prepareFor = async (parts: readonly Part[], show: (line: string) => void): Promise<Obstacles> => {
  const needs = new Set(parts.flatMap((part) => part.needs));
  const obstacles = new Map<Need, string>();
  if (needs.has('servers') || needs.has('shellcheck')) {
    const obstacle = await installMissing();
    // The suites run all the same: what lacks its server skips itself with the reason, and fails where nothing may be skipped.
    if (obstacle !== null) show(obstacle);
    if (missingPackages(['shellcheck']).length > 0)
      obstacles.set('shellcheck', "Debian's shellcheck is not installed.");
  }
  if (needs.has('lab')) {
    await takeOrphansDown(show);
    const obstacle = await installLab();
    if (obstacle !== null) obstacles.set('lab', obstacle);
  }
  return obstacles;
};
