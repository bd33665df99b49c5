import type { ArbiterKind } from '../lab/plan.ts';

/** The hosts that each end-to-end suite needs; every suite has a lab of its own. */
export interface WorldPlan {
  readonly clusters: readonly string[];
  readonly arbiter: ArbiterKind;
  /** Suites of one lane run one after the other, lanes beside each other; they are so filled that all take about as long. */
  readonly lane: 1 | 2 | 3;
}

export const WORLDS: Readonly<Record<string, WorldPlan>> = {
  offboarding: { clusters: ['duo:2', 'quad:4', 'trio:3', 'pve:2:pve', 'raw:2:bare'], arbiter: 'fresh', lane: 1 },
  'black-holes': { clusters: ['raw:2:bare'], arbiter: 'fresh', lane: 1 },
  freeze: { clusters: ['duo:2'], arbiter: 'fresh', lane: 1 },
  situations: { clusters: ['duo:2', 'pair:2', 'twin:2'], arbiter: 'fresh', lane: 2 },
  undo: { clusters: ['duo:2', 'trio:3', 'pve:2:pve', 'raw:2:bare'], arbiter: 'fresh', lane: 2 },
  agent: { clusters: ['duo:2'], arbiter: 'fresh', lane: 2 },
  restore: {
    clusters: [...Array.from({ length: 8 }, (_, index) => `r${index + 1}:2`), 'pve:2:pve', 'quad:4'],
    arbiter: 'fresh',
    lane: 3,
  },
  onboarding: { clusters: ['duo:2', 'quad:4', 'trio:3', 'pve:2:pve'], arbiter: 'fresh', lane: 3 },
  refusals: { clusters: ['duo:2', 'trio:3', 'other:2'], arbiter: 'stock', lane: 3 },
  'bare-hosts': { clusters: ['raw:2:bare'], arbiter: 'bare', lane: 3 },
};
