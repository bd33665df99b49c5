/** The moments of a step at which a fault strikes; see src/jobs/step-watch.ts. */
export type Moment = 'intended' | 'effected' | 'recorded';
export const MOMENTS: readonly Moment[] = ['intended', 'effected', 'recorded'];

/** Whether the step is being done or undone when the fault strikes. */
export type Way = 'do' | 'undo';

/** A step as a plan names it, its subject by its part in the job: `node-1`, `cluster` or `arbiter`. */
export interface PlannedRow {
  readonly step: string;
  readonly part: string;
  /** Once it has begun there is no way back. */
  readonly lasting?: boolean;
}

/** The steps of one job kind on one shape of cluster, as the service itself plans them. */
export interface KindPlan {
  readonly kind: string;
  readonly shape: string;
  /** Whether the job works on nodes of a cluster; a preparation works on the arbiter alone. */
  readonly onCluster: boolean;
  readonly rows: readonly PlannedRow[];
}

/** What the generator has to know of a fault. */
export interface FaultKind {
  readonly name: string;
  readonly ways: readonly Way[];
  readonly moments: readonly Moment[];
  /** Whether it needs nodes of a cluster to strike at. */
  readonly needsCluster: boolean;
}

/** One experiment: this fault at this moment of this step of a job of this kind. */
export interface Cell {
  readonly kind: string;
  readonly shape: string;
  readonly way: Way;
  readonly step: string;
  readonly part: string;
  readonly moment: Moment;
  readonly fault: string;
}

/** Names a cell for people, files and a later run: `onboard/duo/do/reload@node-1/effected/kill-9`. */
export const idOf = ({ kind, shape, way, step, part, moment, fault }: Cell): string =>
  [kind, shape, way, `${step}@${part}`, moment, fault].join('/');

/**
 * Every cell that there is: nobody lists them, a new step or a new kind brings its own.
 * @param plans as the service's dry runs answered
 */
export const cellsOf = (plans: readonly KindPlan[], faults: readonly FaultKind[]): Cell[] =>
  plans.flatMap(({ kind, shape, onCluster, rows }) =>
    faults
      .filter(({ needsCluster }) => onCluster || !needsCluster)
      .flatMap(({ name, ways, moments }) =>
        ways.flatMap((way) =>
          rows
            .filter((row) => way === 'do' || row.lasting !== true)
            .flatMap(({ step, part }) =>
              moments.map((moment) => ({ kind, shape, way, step, part, moment, fault: name })),
            ),
        ),
      ),
  );

/**
 * The part that a step's subject plays, so that cells have one name on every cluster.
 * @param nodes addresses of the cluster's nodes, the first one first
 */
export const partOf = (subject: string, cluster: string, nodes: readonly string[]): string => {
  const index = nodes.indexOf(subject);
  if (index >= 0) return `node-${index + 1}`;
  return subject === cluster && nodes.length > 0 ? 'cluster' : subject;
};

/** The way back: the subject that plays this part. */
export const subjectOf = (part: string, cluster: string, nodes: readonly string[]): string => {
  const index = /^node-(\d+)$/.exec(part)?.[1];
  if (index !== undefined) return nodes[Number(index) - 1] ?? part;
  return part === 'cluster' ? cluster : part;
};
