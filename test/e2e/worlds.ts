import type { ArbiterKind } from '../lab/plan.ts';

/** The hosts that each end-to-end suite needs; every suite has a lab of its own. */
export interface WorldPlan {
  readonly clusters: readonly string[];
  readonly arbiter: ArbiterKind;
  /** In the second lane, which runs beside the first: suites that mostly wait, and so many others that both take as long. */
  readonly beside?: true;
}

export const WORLDS: Readonly<Record<string, WorldPlan>> = {
  onboarding: { clusters: ['duo:2', 'quad:4', 'trio:3', 'pve:2:pve'], arbiter: 'fresh' },
  'bare-hosts': { clusters: ['raw:2:bare'], arbiter: 'bare' },
  refusals: { clusters: ['duo:2', 'trio:3', 'other:2'], arbiter: 'stock' },
  undo: { clusters: ['duo:2', 'trio:3', 'pve:2:pve', 'raw:2:bare'], arbiter: 'fresh', beside: true },
  restore: {
    clusters: [...Array.from({ length: 8 }, (_, index) => `r${index + 1}:2`), 'pve:2:pve', 'quad:4'],
    arbiter: 'fresh',
    beside: true,
  },
  agent: { clusters: ['duo:2'], arbiter: 'fresh', beside: true },
  freeze: { clusters: ['duo:2'], arbiter: 'fresh', beside: true },
  'black-holes': { clusters: ['raw:2:bare'], arbiter: 'fresh', beside: true },
  offboarding: { clusters: ['duo:2', 'quad:4', 'trio:3', 'pve:2:pve', 'raw:2:bare'], arbiter: 'fresh' },
  situations: { clusters: ['duo:2', 'pair:2', 'twin:2'], arbiter: 'fresh', beside: true },
};
