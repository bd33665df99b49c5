import { Injectable } from '@nestjs/common';
import type { HostSession } from '../../hosts/host-session.ts';
import { RESTORE, SCRIPTS } from '../../hosts/scripts.ts';
import { planned, type Step, type StepWork } from '../step.ts';
import { configPathOf, type ConfigChange, type ConfigNode } from './config-change.ts';

/** What a node does when its timer is due; see restore.sh. */
type Role = 'reloads' | 'follows' | 'writes' | 'waits';

const isFirst = (change: ConfigChange, node: ConfigNode): boolean => change.nodes[0]?.hostId === node.hostId;

const roleOf = (change: ConfigChange, node: ConfigNode): Role => {
  if (change.master) return isFirst(change, node) ? 'writes' : 'waits';
  return isFirst(change, node) ? 'reloads' : 'follows';
};

const yes = (value: boolean): string => (value ? 'yes' : 'no');

/**
 * Sets a node's own way back, and then, where this node writes the file, swaps in what comes after: unless the change is confirmed
 * in time, the node restores the configuration by itself, under the gate that our own scripts obey (invariant 14). Refuses where
 * corosync.conf is none of the change's texts.
 */
export const armAndWrite = (session: HostSession, change: ConfigChange, node: ConfigNode): Promise<string> => {
  const { before, after, restored, restore, nodes, votesAfter, votesRestored } = change;
  const texts = [before, after, restored].flatMap(({ sha256, version }) => [sha256, version]);
  const path = configPathOf(change);
  return session.change(SCRIPTS.writeConfig, {
    args: [
      ...[restore.name, String(restore.afterSeconds), path, roleOf(change, node), ...texts],
      ...[String(nodes.length), String(votesRestored), yes(restore.stopsDevice)],
      ...[path, before.sha256, after.sha256, String(votesAfter)],
    ],
    payload: {
      PAYLOAD_BEFORE: before.base64,
      PAYLOAD_RESTORED: restored.base64,
      PAYLOAD_RESTORE: RESTORE.text,
      PAYLOAD_CONFIG: after.base64,
    },
  });
};

/** Takes the timer away with every trace of it, and leaves the configuration alone. */
export const disarm = (session: HostSession, change: ConfigChange): Promise<string> =>
  session.change(SCRIPTS.disarmRestore, { args: [change.restore.name, configPathOf(change), '-', '-', '-'] });

interface Input {
  readonly change: ConfigChange;
}

/**
 * The stages that confirm a change on its nodes. The one that would reload for all comes first: a node whose timer is still set
 * then puts at most a file in place, which this step takes back.
 */
export const keepConfig = (change: ConfigChange) => {
  const [first = [], others = []] = [change.nodes.slice(0, 1), change.nodes.slice(1)].map((nodes) =>
    nodes.map((node) => planned('keep-config', node.subject, node.hostId, { change })),
  );
  return [first, others] as const;
};

/** Confirms the change to a node: its timer goes, and what corosync runs is what the file says. */
@Injectable()
export class KeepConfig implements Step<Input, null> {
  readonly name = 'keep-config';

  async do({ host, input: { change } }: StepWork<Input, null>): Promise<null> {
    const { after, restored, restore } = change;
    await host().change(SCRIPTS.disarmRestore, {
      args: [restore.name, configPathOf(change), after.sha256, after.version, restored.sha256],
      payload: { PAYLOAD_KEPT: after.base64 },
    });
    return null;
  }

  /** See GuardConfig: the way back leads through the job itself again. */
  undo(): Promise<void> {
    return Promise.resolve();
  }
}
