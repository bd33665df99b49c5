import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';

import { LabPaths } from './paths.ts';
import type { ArbiterKind, PlannedCluster, PlannedHost } from './plan.ts';
import { arbiterHost, hostsOf } from './plan.ts';

/** What a lab is made of, as written to its run directory. What changes by itself (pids, ports) is looked up instead. */
export interface LabState {
  arbiter: ArbiterKind;
  clusters: PlannedCluster[];
}

/** @throws Error where there is no such lab, or it is not complete */
export function readState(paths: LabPaths): LabState {
  if (!existsSync(paths.state)) {
    const started = existsSync(paths.run) ? 'was not brought up completely; take it "down" first' : 'is not up';
    throw new Error(`The lab ${paths.lab} ${started}.`);
  }
  return JSON.parse(readFileSync(paths.state, 'utf8')) as LabState;
}

export async function writeState(paths: LabPaths, state: LabState): Promise<void> {
  await writeFile(`${paths.state}.new`, JSON.stringify(state, null, 2));
  await rename(`${paths.state}.new`, paths.state);
}

/** Every host of a lab, the arbiter first. */
export function allHosts(state: LabState): PlannedHost[] {
  return [arbiterHost(), ...state.clusters.flatMap(hostsOf)];
}
