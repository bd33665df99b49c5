/** What a cluster, or the arbiter, is before and after a job. */
export type Stage = 'fresh' | 'prepared' | 'plain' | 'onboarded';

/** A job kind, as the matrix has to know it: where it begins and where it leads. Its steps are asked of the service. */
export interface JobKindRow {
  readonly kind: string;
  readonly on: 'arbiter' | 'cluster';
  readonly from: Stage;
  readonly to: Stage;
  /** Whether its end is a vote. */
  readonly givesVote: boolean;
  readonly options: (shape: Shape) => Readonly<Record<string, unknown>>;
}

export const KINDS: readonly JobKindRow[] = [
  { kind: 'prepare-arbiter', on: 'arbiter', from: 'fresh', to: 'prepared', givesVote: false, options: () => ({}) },
  {
    kind: 'onboard',
    on: 'cluster',
    from: 'plain',
    to: 'onboarded',
    givesVote: true,
    options: ({ nodes }) => (nodes % 2 === 1 ? { acceptOddNodeRisk: true } : {}),
  },
  // What came with the onboarding goes with it, so that a cluster is again what it was before.
  {
    kind: 'offboard',
    on: 'cluster',
    from: 'onboarded',
    to: 'plain',
    givesVote: false,
    options: () => ({ removePackages: true }),
  },
];

/** @throws Error where there is no such kind */
export const kindNamed = (name: string): JobKindRow => {
  const found = KINDS.find(({ kind }) => kind === name);
  if (!found) throw new Error(`there is no kind "${name}"`);
  return found;
};

/** A shape of cluster, as the lab writes it. */
export interface Shape {
  readonly name: string;
  readonly nodes: number;
  /** What follows the number of nodes in the lab's notation. */
  readonly spec: string;
}

export const SHAPES: readonly Shape[] = [
  { name: 'duo', nodes: 2, spec: ':2' },
  { name: 'trio', nodes: 3, spec: ':3' },
  { name: 'quad', nodes: 4, spec: ':4' },
  { name: 'pve', nodes: 2, spec: ':2:pve' },
  { name: 'bare', nodes: 2, spec: ':2:bare' },
];

/** The arbiter stands for itself where a job is about it alone. */
export const ARBITER: Shape = { name: 'arbiter', nodes: 0, spec: '' };

/** @throws Error where there is no such shape */
export const shapeNamed = (name: string): Shape => {
  const found = SHAPES.find((shape) => shape.name === name);
  if (!found) throw new Error(`there is no shape "${name}"; there are ${SHAPES.map((shape) => shape.name).join(', ')}`);
  return found;
};
