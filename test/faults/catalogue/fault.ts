import { setTimeout as pause } from 'node:timers/promises';
import type { LabHost } from '../../lab/host.ts';
import type { Lab } from '../../lab/lab.ts';
import type { RedisServer } from '../../platform/queue/redis-server.ts';
import type { Cell, FaultKind } from '../cell.ts';
import type { FaultyService } from '../faulty.ts';

/** Where a fault strikes: the service stands at the cell's moment and waits. */
export interface Scene {
  readonly lab: Lab;
  readonly cell: Cell;
  readonly service: FaultyService;
  readonly redis: RedisServer | null;
  readonly jobId: string;
  /** The host that the step works on, or speaks of; the cluster's first node where it is about all of them. */
  readonly host: LabHost;
  /** Another node of the cluster. @throws Error where the job is about an arbiter alone */
  readonly other: () => LabHost;
  /** Lets the service go on. */
  readonly goOn: () => void;
}

/** What the world does to a job. */
export interface Fault extends FaultKind {
  /** `die`: the service kills itself at the moment, as exactly as no signal from outside could. */
  readonly stop: 'die' | 'wait' | 'none';
  /** Votes that it takes from the cluster as long as it lasts. */
  readonly takes?: 'host' | 'other';
  /** Whether it strikes all clusters of the lab, so that nothing else may run beside it. */
  readonly everywhere?: boolean;
  /** Whether the service's queue is to be a Redis. */
  readonly redis?: boolean;
  /** What is ordered before the job is asked for. */
  readonly prepare?: (service: FaultyService, cell: Cell) => Promise<void>;
  /** Does it, and has it over when this returns. */
  readonly strike: (scene: Scene) => Promise<void>;
  /** What a person left on the host: whether it is still there when the job has ended, and how the person takes it back. */
  readonly leaves?: {
    readonly stands: (scene: Scene) => Promise<boolean>;
    readonly takeBack: (scene: Scene) => Promise<void>;
  };
}

const ALL_MOMENTS = ['intended', 'effected', 'recorded'] as const;

type Given = Pick<Fault, 'name' | 'strike'> & Partial<Fault>;

/** A fault with what most faults are: at every moment of every step that is done. */
export const fault = (given: Given): Fault => ({
  ways: ['do'],
  moments: ALL_MOMENTS,
  needsCluster: false,
  stop: 'wait',
  ...given,
});

/** A fault that begins, lets the service run into it, and is over after a while. */
export const lasting = (
  given: Omit<Given, 'strike'> & {
    readonly forMs: number;
    readonly begin: (scene: Scene) => Promise<unknown> | void;
    readonly end: (scene: Scene) => Promise<unknown> | void;
  },
): Fault => {
  const { forMs, begin, end, ...rest } = given;
  return fault({
    ...rest,
    strike: async (scene) => {
      await begin(scene);
      try {
        scene.goOn();
        await pause(forMs);
      } finally {
        await end(scene);
      }
    },
  });
};
