import { z } from 'zod';

/** A text of corosync.conf as it travels: in base64, so that each of its bytes arrives as it is. */
export interface ConfigText {
  readonly base64: string;
  readonly sha256: string;
  /** `totem.config_version` in it. */
  readonly version: string;
}

export interface ConfigNode {
  readonly hostId: string;
  readonly subject: string;
}

/** The timer by which each node takes the change back unless it is confirmed in time. */
export interface RestoreTimer {
  /** Of the unit and of its directory on the node. */
  readonly name: string;
  readonly afterSeconds: number;
  /** Whether the device that the change began to use is to be stopped then. */
  readonly stopsDevice: boolean;
}

/** A change of corosync.conf on all nodes of a cluster. */
export interface ConfigChange {
  readonly nodes: readonly ConfigNode[];
  /** On Proxmox VE one master copy, which pmxcfs spreads and has corosync reload by itself. */
  readonly master: boolean;
  readonly before: ConfigText;
  readonly after: ConfigText;
  /** `before` under a version above `after`: corosync takes no version back. */
  readonly restored: ConfigText;
  /** Node votes that must be online for `after`, and for `restored`, to be quorate without the device's. */
  readonly votesAfter: number;
  readonly votesRestored: number;
  readonly restore: RestoreTimer;
}

const LOCAL = '/etc/corosync/corosync.conf';
const MASTER = '/etc/pve/corosync.conf';

export const configPathOf = (change: ConfigChange): string => (change.master ? MASTER : LOCAL);

/** An option of every kind of job that changes corosync.conf. */
export const restoreAfterSeconds = z
  .int()
  .min(60)
  .max(3600)
  .optional()
  .describe(
    'How long a change of corosync.conf may stay unconfirmed before the nodes take it back by themselves; five minutes and one more for each node when not said.',
  );

/** @param wish what was asked for; the device of each node may take 40 s to cast its vote */
export const restoreTimer = (
  jobId: string,
  nodeCount: number,
  { afterSeconds, stopsDevice }: { afterSeconds: number | undefined; stopsDevice: boolean },
): RestoreTimer => ({
  name: `umpire-restore-${jobId}`,
  afterSeconds: afterSeconds ?? 300 + 60 * nodeCount,
  stopsDevice,
});
