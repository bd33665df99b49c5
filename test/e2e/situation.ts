import type { LabCluster, Lab } from '../lab/lab.ts';
import type { LabHost } from '../lab/host.ts';
import type { VoteView } from './client.ts';
import type { Imposter } from './imposter.ts';

/** The hosts of a cluster of two nodes, as a situation names them. */
export interface Scene {
  readonly lab: Lab;
  readonly cluster: LabCluster;
  readonly arbiter: LabHost;
  readonly one: LabHost;
  readonly two: LabHost;
}

/** Something that befalls a cluster, and what the service has to say of it. */
export interface Situation {
  readonly name: string;
  readonly cause: (scene: Scene) => Promise<unknown>;
  /** Undoes the cause; a node that was off is on again, but may still be on its way back. */
  readonly heal: (scene: Scene) => Promise<unknown>;
  /**
   * When the fact is there to be seen: the clock runs from then on. Without it, from the end of the cause. A membership takes
   * seconds to change, and qnetd some more to miss a client.
   */
  readonly fact?: (scene: Scene) => Promise<boolean>;
  readonly states: readonly VoteView['state'][];
  /** All of these, as `code` or `code@host`; `a|b` is either, where one follows the other as more views come in. */
  readonly findings: readonly string[];
  /** What has to be known of the arbiter itself: codes of findings of its instance that are about this cluster, or about itself. */
  readonly ofArbiter?: readonly string[];
  /** Rules of alerts that have to be open for the cluster, `rule@arbiter` for the instance; delays are off. */
  readonly alerts: readonly string[];
  /** From the fact to the answers of the API: `GET …/vote`, the fleet's summary, and the alerts. */
  readonly withinS: number;
  /** For the alerts, where they need longer than that. */
  readonly alertsWithinS?: number;
}

/** What qnetd sees is told within two looks at it, five seconds apart. */
export const SOON = 10;
/** Who answers nothing at all is waited for: five seconds after the begin of a look, which may begin five seconds later. */
export const SILENT = 13;
/** What only a node sees is told within a look at it. */
export const NODES = 75;

export const stdoutOf = async (host: LabHost, line: string): Promise<string> =>
  (await host.run(`timeout 3 ${line}`, { allowFailure: true })).stdout;

/** The part of qnetd's list that is about this cluster. */
const listed = async ({ arbiter, cluster }: Scene): Promise<string> => {
  const text = await stdoutOf(arbiter, 'corosync-qnetd-tool -lv');
  return text.split('Cluster "').find((part) => part.startsWith(`${cluster.name}":`)) ?? '';
};
export const lists = (pattern: RegExp) => async (scene: Scene) => pattern.test(await listed(scene));
export const lacks = (pattern: RegExp) => async (scene: Scene) => !pattern.test(await listed(scene));

export const isNobody = async (scene: Scene): Promise<boolean> => (await listed(scene)) === '';

export const systemctl = (verb: string, unit: string, host: (scene: Scene) => LabHost) => (scene: Scene) =>
  host(scene).run(`systemctl ${verb} ${unit}`);

/** Somebody who is there from a cause to its heal. */
export const visits = (come: (scene: Scene) => Promise<Imposter>): Pick<Situation, 'cause' | 'heal'> => {
  const guests = new Map<string, Imposter>();
  return {
    cause: async (scene) => guests.set(scene.cluster.name, await come(scene)),
    heal: async ({ cluster }) => guests.get(cluster.name)?.leave(),
  };
};
