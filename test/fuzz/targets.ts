import type { Target } from './target.ts';
import { certificateTargets } from './targets/certificates.ts';
import { confTargets } from './targets/conf.ts';
import { factTargets } from './targets/facts.ts';
import { probeTargets } from './targets/probe.ts';
import { toolTargets } from './targets/tools.ts';
import { voteStateTargets } from './targets/vote-state.ts';

/** Every reader of what a host, a node, a stranger or a requester says. */
export const TARGETS: readonly Target[] = [
  ...toolTargets,
  ...confTargets,
  ...factTargets,
  ...probeTargets,
  ...certificateTargets,
  ...voteStateTargets,
];

/** @throws Error where there is none of that name */
export const targetNamed = (name: string): Target => {
  const target = TARGETS.find((candidate) => candidate.name === name);
  if (target === undefined)
    throw new Error(`no reader ${name}; there are ${TARGETS.map((one) => one.name).join(', ')}`);
  return target;
};

/** How many of all inputs each reader gets, by its weight. */
export const sharesOf = (targets: readonly Target[], inputs: number): readonly (readonly [Target, number])[] => {
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  return targets.map((target) => [target, Math.ceil((inputs * target.weight) / total)]);
};
