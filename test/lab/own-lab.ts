import { afterAll, beforeAll, describe } from 'vitest';

import type { LabOptions } from './lab.ts';
import { Lab, labObstacle } from './lab.ts';

/**
 * A suite with a lab of its own, up before the first test and down after the last.
 * Where the machine cannot run a lab the suite is skipped, and its title says why.
 * @param body gets a function that returns the lab; to be called inside tests only
 */
export function describeInOwnLab(title: string, options: LabOptions, body: (lab: () => Lab) => void): void {
  const obstacle = labObstacle();
  if (obstacle !== null) {
    describe.skip(`${title} (skipped: ${obstacle})`, () => {
      body(() => {
        throw new Error(obstacle);
      });
    });
    return;
  }
  describe(title, () => {
    let lab: Lab | undefined;
    beforeAll(async () => {
      lab = await Lab.up({ name: ownName(), ...options });
    });
    afterAll(async () => {
      await lab?.down();
    });
    body(() => {
      if (lab === undefined) throw new Error('the lab is up in tests only');
      return lab;
    });
  });
}

/** A lab name that no other process uses at the same time. */
export function ownName(): string {
  return `spec${process.pid}`;
}
