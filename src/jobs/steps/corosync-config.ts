import { Injectable } from '@nestjs/common';
import { error } from '../../core/finding.ts';
import { answer } from '../../core/facts/sections.ts';
import { HostRefusal, type HostSession } from '../../hosts/host-session.ts';
import { SCRIPTS } from '../../hosts/scripts.ts';
import { planned, type Step, type StepWork } from '../step.ts';
import { configPathOf, type ConfigChange, type ConfigNode, type ConfigText } from './config-change.ts';
import { armAndWrite, disarm } from './restore-timer.ts';

/** pmxcfs writes the local files and reloads within about 1.2 s (measured); a busy node may take longer. */
const SETTLE_S = 20;

/** Whose file is written: each node's own, or the one master copy, through the first node. */
const writtenOn = (change: ConfigChange): readonly ConfigNode[] =>
  change.master ? change.nodes.slice(0, 1) : change.nodes;

const swap = (
  session: HostSession,
  change: ConfigChange,
  from: string,
  to: ConfigText,
  votes: number,
): Promise<string> =>
  session.change(SCRIPTS.swapConfig, {
    args: [configPathOf(change), from, to.sha256, String(votes)],
    payload: { PAYLOAD_CONFIG: to.base64 },
  });

const awaitRunning = (session: HostSession, text: ConfigText): Promise<string> =>
  session.wait(SCRIPTS.awaitConfig, [text.sha256, text.version, String(SETTLE_S)], (SETTLE_S + 5) * 1000);

/** What a node has and what its corosync runs. */
interface ConfigState {
  readonly file: string | null;
  readonly running: string | null;
  readonly master: string | null;
}

const stateOf = async (session: HostSession): Promise<ConfigState> => {
  const sections = await session.look(SCRIPTS.configState);
  return {
    file: answer(sections, 'file'),
    running: answer(sections, 'running')?.split(' = ')[1] ?? null,
    master: answer(sections, 'master'),
  };
};

/** Kept once files may have been written. */
interface Guarded {
  readonly guarded: true;
}

/** Kept once the new text was seen to stand on the node. */
interface Written {
  readonly written: true;
}

export const guardConfig = (subject: string, change: ConfigChange) => planned('guard-config', subject, null, change);

/**
 * Stands before the change of corosync.conf and answers for its undo. Its undo is the last of the three steps' undos, so
 * it alone has to know how far the change came: with the new version running nowhere, the old bytes come back; with it
 * running anywhere, the old text comes back under a higher version and is reloaded.
 *
 * No gate is asked before that reload but the one inside its command, on the node that gives it (`demand_votes` in reload.sh,
 * and in swap-config.sh where the write reloads): a reload reaches the members of that node's partition and nobody else, and
 * they all count the same votes. A look from here would be older than that one, and would keep an undo from its end for a
 * node whose loss takes no quorum; most undos only put bytes back, and reload nothing.
 */
@Injectable()
export class GuardConfig implements Step<ConfigChange, Guarded> {
  readonly name = 'guard-config';

  /** Says that from here on files may be written; nothing is touched yet. */
  do(): Promise<Guarded> {
    return Promise.resolve({ guarded: true });
  }

  async undo({ hostOf, input, output, outputOf }: StepWork<ConfigChange, Guarded>): Promise<void> {
    // Nothing is written before this step is done: whatever the files hold then is none of our doing.
    if (output === null) return;
    await this.restore({ hostOf, input, outputOf });
    await everywhere(input, (node) => disarm(hostOf(node.hostId), input));
  }

  private async restore({
    hostOf,
    input,
    outputOf,
  }: Pick<StepWork<ConfigChange, Guarded>, 'hostOf' | 'input' | 'outputOf'>): Promise<void> {
    const states = await everywhere(input, async (node) => ({ node, state: await stateOf(hostOf(node.hostId)) }));
    const spread =
      states.some(({ state }) => state.running !== input.before.version) ||
      (input.master && states[0]?.state.master !== input.before.sha256);
    const target = spread ? input.restored : input.before;
    for (const { node, state } of states.filter(({ node }) => writtenOn(input).includes(node))) {
      const isForeign = !isOurs(input, input.master ? state.master : state.file);
      // A hand edit came before our write, and nothing of ours runs anywhere: it stands.
      if (isForeign && !spread && outputOf('write-config', node.hostId) === null) continue;
      await putBack(hostOf(node.hostId), input, node, state, target);
    }
    if (!spread) return;
    const first = input.nodes[0];
    if (!input.master && first)
      await hostOf(first.hostId).change(SCRIPTS.reload, {
        args: [target.sha256, target.version, String(input.votesRestored), '0', '-'],
      });
    await everywhere(input, (node) => awaitRunning(hostOf(node.hostId), target));
  }
}

const everywhere = <T>({ nodes }: ConfigChange, work: (node: ConfigNode) => Promise<T>): Promise<T[]> =>
  Promise.all(nodes.map(work));

const isOurs = (change: ConfigChange, found: string | null): boolean =>
  [change.before, change.after, change.restored].some((text) => text.sha256 === found);

const putBack = async (
  session: HostSession,
  change: ConfigChange,
  node: ConfigNode,
  state: ConfigState,
  target: ConfigText,
): Promise<void> => {
  const found = change.master ? state.master : state.file;
  if (found === null || !isOurs(change, found)) throw changedByHand(node);
  await swap(session, change, found, target, change.votesRestored);
};

const changedByHand = ({ subject }: ConfigNode): HostRefusal =>
  new HostRefusal(
    error(
      'config_changed',
      subject,
      `corosync.conf on ${subject} is none of the texts of this change: somebody else edited it, and that edit stands.`,
    ),
  );

interface WriteInput {
  readonly change: ConfigChange;
}

export const writeConfig = (change: ConfigChange) =>
  change.nodes.map((node) => planned('write-config', node.subject, node.hostId, { change }));

/** Compare-and-swap of corosync.conf, under a timer that takes it back: a hand edit wins, and the change is refused. */
@Injectable()
export class WriteConfig implements Step<WriteInput, Written> {
  readonly name = 'write-config';

  /** On Proxmox VE the write is what reloads corosync. */
  touchesQuorum(direction: 'do' | 'undo', { change }: WriteInput): boolean {
    return direction === 'do' && change.master;
  }

  async do({ host, hostId, input: { change } }: StepWork<WriteInput, Written>): Promise<Written> {
    const node = change.nodes.find((candidate) => candidate.hostId === hostId);
    if (!node) throw new Error(`no node ${hostId} in this change`);
    await armAndWrite(host(), change, node);
    return { written: true };
  }

  /** See GuardConfig. */
  undo(): Promise<void> {
    return Promise.resolve();
  }
}

export const reloadConfig = (change: ConfigChange) => {
  const first = change.nodes[0];
  return change.master || !first ? [] : [planned('reload', first.subject, first.hostId, { change })];
};

/** Has corosync read the new configuration; one command reloads all nodes. */
@Injectable()
export class ReloadConfig implements Step<WriteInput, null> {
  readonly name = 'reload';

  touchesQuorum(direction: 'do' | 'undo'): boolean {
    return direction === 'do';
  }

  async do({ host, input: { change } }: StepWork<WriteInput, null>): Promise<null> {
    const { after, votesAfter, nodes, restore } = change;
    const args = [after.sha256, after.version, String(votesAfter), String(nodes.length), restore.name];
    await host().change(SCRIPTS.reload, { args });
    return null;
  }

  /** See GuardConfig. */
  undo(): Promise<void> {
    return Promise.resolve();
  }
}

export const awaitConfig = (change: ConfigChange) =>
  change.nodes.map((node) => planned('await-config', node.subject, node.hostId, { change }));

/** Waits until corosync on the node runs the new configuration. */
@Injectable()
export class AwaitConfig implements Step<WriteInput, null> {
  readonly name = 'await-config';

  async do({ host, input: { change } }: StepWork<WriteInput, null>): Promise<null> {
    await awaitRunning(host(), change.after);
    return null;
  }

  /** Nothing was changed. */
  undo(): Promise<void> {
    return Promise.resolve();
  }
}
