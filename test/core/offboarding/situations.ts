import { decideOnboarding } from '../../../src/core/onboarding/decide.ts';
import { seenNodes } from '../../../src/core/gates/situation.ts';
import type { NodeFacts } from '../../../src/core/facts/node-facts.ts';
import type { OffboardingSituation } from '../../../src/core/offboarding/situation.ts';
import { healthy, type Wish } from '../onboarding/situations.ts';
import { world } from '../quorum/worlds.ts';

export interface OffboardingWish extends Wish {
  /** Node ids that are dead, and told as absent. */
  readonly dead?: readonly number[];
}

export const idOf = (nodeId: number): string => `node-${nodeId}`;

/** What the tools print on a node of a cluster that has its device. */
const viewsOf = (nodeCount: number, dead: readonly number[], id: number): Pick<NodeFacts, 'quorum' | 'device'> => {
  const view = world({ nodeCount, down: dead }).nodes[id - 1];
  if (!view || !('quorum' in view)) throw new Error(`no view of node ${id}`);
  return view;
};

/** A cluster as its onboarding has left it: nothing speaks against taking its device away, but who is dead. */
export const onboarded = ({ dead = [], ...wish }: OffboardingWish = {}): OffboardingSituation => {
  const plain = healthy(wish);
  const { decision } = decideOnboarding(plain);
  if (!decision) throw new Error('the onboarding was refused');
  const nodeCount = plain.nodes.length;
  const config = btoa(decision.after.text);
  const all = seenNodes(plain.nodes).map(({ id, address, facts }, index) => {
    const pve = facts.pve && { ...facts.pve, config };
    const isDead = dead.includes(index + 1);
    const views = isDead ? {} : viewsOf(nodeCount, dead, index + 1);
    const units = new Map([...facts.units, ['corosync-qdevice.service', { active: 'active', enabled: 'enabled' }]]);
    const told = { ...facts, config, pve, units, runningVersion: decision.after.version, ...views };
    return { id, address, nodeId: index + 1, isDead, found: { facts: told } };
  });
  return {
    ...plain,
    cluster: { ...plain.cluster, onboarded: true },
    nodes: all.filter(({ isDead }) => !isDead).map(({ id, address, found }) => ({ id, address, found })),
    absent: all.filter(({ isDead }) => isDead).map(({ id, address, nodeId }) => ({ id, address, nodeId })),
    device: decision.device,
    setAside: decision.setAside,
  };
};

/** One thing gone wrong: a situation in, the same situation with the fault out. */
export type Break = (situation: OffboardingSituation) => OffboardingSituation;

export const onEach =
  (change: (facts: NodeFacts) => Partial<NodeFacts>, only?: number): Break =>
  (situation) => ({
    ...situation,
    nodes: situation.nodes.map((node) =>
      'facts' in node.found && (only === undefined || node.id === idOf(only))
        ? { ...node, found: { facts: { ...node.found.facts, ...change(node.found.facts) } } }
        : node,
    ),
  });

/** Another text of corosync.conf on every node, the master copy of Proxmox VE included. */
export const withText = (change: (text: string) => string): Break =>
  onEach((facts) => {
    const config = btoa(change(atob(facts.config ?? '')));
    return { config, pve: facts.pve && { ...facts.pve, config } };
  });
