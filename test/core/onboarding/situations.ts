import type { ArbiterFacts } from '../../../src/core/facts/arbiter-facts.ts';
import type { HostFacts } from '../../../src/core/facts/host-facts.ts';
import type { NodeFacts } from '../../../src/core/facts/node-facts.ts';
import type { OnboardingSituation } from '../../../src/core/onboarding/situation.ts';
import type { QuorumStatus } from '../../../src/core/corosync/tools/quorumtool.ts';
import { addressOf, known, withStatus, world } from '../quorum/worlds.ts';

export const NAME = 'office';
export const ARBITER = { id: 'arbiter', name: 'north', address: '10.77.0.2', port: 5403 };

/** What makes one healthy situation differ from another. */
export interface Wish {
  readonly nodeCount?: number;
  readonly kind?: 'pve' | 'corosync';
  readonly acceptOddNodeRisk?: boolean;
  /** Puts another text of corosync.conf on all nodes. */
  readonly config?: (text: string) => string;
}

/** A corosync.conf as people keep it: with comments, and blanks where nobody needs them. */
export const configText = (nodeCount: number, kind: 'pve' | 'corosync' = 'corosync'): string => {
  const remark = kind === 'pve' ? '' : '# looked after by the night shift \n';
  const nodes = Array.from(
    { length: nodeCount },
    (_, index) => `  node {\n    nodeid: ${index + 1}\n    ring0_addr: ${addressOf(index + 1)}\n  }\n`,
  );
  const twoNode = kind === 'corosync' && nodeCount === 2 ? '  two_node: 1\n' : '';
  return [
    `${remark}totem {\n  version: 2\n  cluster_name: ${NAME}\n  config_version: 7\n}\n\n`,
    `nodelist {\n${nodes.join('')}}\n\n`,
    `quorum {\n  provider: corosync_votequorum\n${twoNode}}\n`,
  ].join('');
};

const hostFacts = (machine: number, address: string): HostFacts => ({
  isRoot: true,
  clockOffsetMs: 120,
  machineId: machine.toString(16).padStart(32, '0'),
  addresses: [address],
  packages: new Map([['libnss3-tools', '2:3.87.1-1+deb12u4']]),
  units: new Map(),
  freeKiB: 1_000_000,
});

const quorumOf = (nodeCount: number, id: number, twoNode: boolean): NodeFacts['quorum'] => {
  const view = world({ nodeCount, device: null, twoNode }).nodes[id - 1];
  if (!view || !('quorum' in view)) throw new Error(`no view of node ${id}`);
  return view.quorum;
};

const nodeFacts = (id: number, { nodeCount, kind, config }: Required<Wish>): NodeFacts => {
  const text = btoa(config(configText(nodeCount, kind)));
  return {
    ...hostFacts(id, addressOf(id)),
    packages: new Map([
      ['corosync', '3.1.7-1+deb12u2'],
      ['libnss3-tools', '2:3.87.1-1+deb12u4'],
    ]),
    units: new Map([['corosync.service', { active: 'active', enabled: 'enabled' }]]),
    config: text,
    runningVersion: '7',
    quorum: quorumOf(nodeCount, id, kind === 'corosync' && nodeCount === 2),
    device: {
      kind: 'down',
      finding: { code: 'qdevice_down', severity: 'error', subject: '', message: '', params: {} },
    },
    files: [],
    pve: kind === 'pve' ? { config: text, writable: true } : null,
  };
};

/** qnetd as we prepare it, with a cluster of somebody else connected. */
const arbiterFacts = (): ArbiterFacts => {
  const { arbiter } = withStatus({})(world({ nodeCount: 2, down: [1, 2] }));
  if (arbiter?.status === undefined) throw new Error('no arbiter in this world');
  return {
    ...hostFacts(999, ARBITER.address),
    units: new Map([['corosync-qnetd.service', { active: 'active', enabled: 'enabled' }]]),
    database: 'link nssdb.umpire-1',
    status: arbiter.status,
    clusters: arbiter.reading,
  };
};

/** Everything as it should be: nothing speaks against the onboarding of this cluster. */
export const healthy = (wish: Wish = {}): OnboardingSituation => {
  const { nodeCount = 2, kind = 'corosync', acceptOddNodeRisk = true, config = (text: string) => text } = wish;
  const whole = { nodeCount, kind, acceptOddNodeRisk, config };
  return {
    cluster: { name: NAME, kind, onboarded: false },
    nodes: Array.from({ length: nodeCount }, (_, index) => ({
      id: `node-${index + 1}`,
      address: addressOf(index + 1),
      found: { facts: nodeFacts(index + 1, whole) },
    })),
    arbiter: { ...ARBITER, prepared: true, found: { facts: arbiterFacts() } },
    acceptOddNodeRisk,
  };
};

/** One thing gone wrong: a situation in, the same situation with the fault out. */
export type Break = (situation: OnboardingSituation) => OnboardingSituation;

export const onNode =
  (id: number, change: Partial<NodeFacts> | ((facts: NodeFacts) => Partial<NodeFacts>)): Break =>
  (situation) => ({
    ...situation,
    nodes: situation.nodes.map((node) =>
      node.id === `node-${id}` && 'facts' in node.found
        ? {
            ...node,
            found: {
              facts: { ...node.found.facts, ...(typeof change === 'function' ? change(node.found.facts) : change) },
            },
          }
        : node,
    ),
  });

export const onNodes =
  (change: Partial<NodeFacts> | ((facts: NodeFacts) => Partial<NodeFacts>)): Break =>
  (situation) =>
    situation.nodes.reduce((changed, _, index) => onNode(index + 1, change)(changed), situation);

export const onArbiter =
  (change: Partial<ArbiterFacts>): Break =>
  (situation) => {
    const { found } = situation.arbiter;
    if (!('facts' in found)) throw new Error('the arbiter was not seen');
    return { ...situation, arbiter: { ...situation.arbiter, found: { facts: { ...found.facts, ...change } } } };
  };

export const ofCluster =
  (change: Partial<OnboardingSituation['cluster']>): Break =>
  (situation) => ({ ...situation, cluster: { ...situation.cluster, ...change } });

/** Another text of corosync.conf on every node, the master copy of Proxmox VE included. */
export const withConfig = (change: (text: string) => string): Break =>
  onNodes((facts) => {
    const config = btoa(change(atob(facts.config ?? '')));
    return { config, pve: facts.pve && { ...facts.pve, config } };
  });

/** Another view of the quorum on one node. */
export const seeing = (id: number, change: (status: QuorumStatus) => Partial<QuorumStatus>): Break =>
  onNode(id, ({ quorum }) => ({
    quorum: quorum.kind === 'known' ? known({ ...quorum.value, ...change(quorum.value) }) : quorum,
  }));
