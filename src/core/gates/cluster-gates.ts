import { error, type Finding } from '../finding.ts';
import { signOf } from '../facts/signs.ts';
import { seenArbiter, seenNodes, type ClusterSituation } from './situation.ts';

/** What must be true of the cluster as a whole before it is changed, and of its arbiter. */
export interface ClusterGate {
  readonly because: string;
  readonly check: (situation: ClusterSituation) => readonly Finding[];
}

const none: readonly Finding[] = [];

/** systemd's states of a unit that is on its way from one to another (systemd(1), UNITS). */
const CHANGING = ['activating', 'deactivating', 'reloading'];

/** The values that are told more than once, with who tells them. */
const shared = <T>(pairs: readonly (readonly [T, string])[]): readonly (readonly [T, readonly string[]])[] =>
  [...new Set(pairs.map(([value]) => value))]
    .map((value) => [value, pairs.filter(([other]) => other === value).map(([, who]) => who)] as const)
    .filter(([, who]) => who.length > 1);

export const CLUSTER_GATES: readonly ClusterGate[] = [
  {
    because: 'the view of one node alone may be an old one',
    check: ({ cluster, nodes }) => {
      const rings = new Set(
        seenNodes(nodes).flatMap(({ facts }) =>
          facts.quorum.kind === 'known'
            ? [JSON.stringify([facts.quorum.value.ringId, facts.quorum.value.members.map((m) => m.nodeId)])]
            : [],
        ),
      );
      return rings.size > 1
        ? [
            error(
              'views_differ',
              cluster.name,
              'The nodes disagree on who is a member. Wait until the cluster has settled.',
            ),
          ]
        : none;
    },
  },
  {
    because: 'a reload reads the file on every node: where they differ, the nodes would part',
    check: ({ cluster, nodes }) => {
      const texts = new Set(seenNodes(nodes).map(({ facts }) => facts.config));
      return texts.size > 1
        ? [
            error(
              'configs_differ',
              cluster.name,
              'corosync.conf is not the same on all nodes. Make it so first, byte for byte.',
            ),
          ]
        : none;
    },
  },
  {
    because: 'a version that a node does not run is one that it may refuse',
    check: ({ cluster, nodes }) => {
      const versions = [...new Set(seenNodes(nodes).map(({ facts }) => facts.runningVersion ?? '?'))];
      return versions.length > 1
        ? [
            error(
              'versions_differ',
              cluster.name,
              `The nodes run different versions of the configuration: ${versions.join(', ')}. Reload it with corosync-cfgtool -R, and restart corosync on the node that lags.`,
              { versions },
            ),
          ]
        : none;
    },
  },
  {
    because: 'one node under two addresses would be counted, and changed, twice',
    check: ({ nodes }) =>
      shared(seenNodes(nodes).map(({ facts, address }) => [facts.machineId, address] as const))
        .filter(([machineId]) => machineId !== null)
        .map(([, who]) =>
          error(
            'same_machine',
            who[0] ?? '',
            `${who.join(' and ')} are one machine, or copies with the same machine id. Register each node once; give a copy a machine id of its own.`,
            { addresses: who },
          ),
        ),
  },
  {
    because: 'node ids tell the nodes apart at qnetd: the second with the same one is locked out (error 17)',
    check: ({ nodes }) =>
      shared(
        seenNodes(nodes).flatMap(({ facts, address }) =>
          facts.quorum.kind === 'known' ? [[facts.quorum.value.nodeId, address] as const] : [],
        ),
      ).map(([nodeId, who]) =>
        error(
          'same_node_id',
          who[0] ?? '',
          `${who.join(' and ')} both say that they are node ${nodeId}. Register each node once, and under its own cluster.`,
          {
            nodeId,
            addresses: who,
          },
        ),
      ),
  },
  {
    because: 'an arbiter that falls with a node cannot judge between the nodes',
    check: ({ nodes, arbiter }) => {
      const facts = seenArbiter(arbiter);
      const own = new Set([arbiter.address, ...(facts?.addresses ?? [])]);
      const inside = seenNodes(nodes).find(
        (node) =>
          own.has(node.address) ||
          node.facts.addresses.some((address) => own.has(address)) ||
          (facts?.machineId && node.facts.machineId === facts.machineId),
      );
      return inside
        ? [
            error(
              'arbiter_is_a_node',
              arbiter.name,
              `The arbiter is ${inside.address}, a node of this cluster. It must be a host of its own.`,
            ),
          ]
        : none;
    },
  },
  {
    because: 'a vote that is asked for while qnetd comes and goes is not confirmed, and the change is undone again',
    check: ({ arbiter }) => {
      const facts = seenArbiter(arbiter);
      const young = signOf(facts?.signs ?? null, 'young-qnetd');
      const active = facts?.units.get('corosync-qnetd.service')?.active ?? '';
      const message = young
        ? `qnetd on "${arbiter.name}" was started ${young.detail} s ago. See in its journal why; ask again when it has run for a minute.`
        : `The unit of qnetd on "${arbiter.name}" is "${active}". See in its journal why, and ask again when it runs.`;
      return young || CHANGING.includes(active) ? [error('qnetd_restarting', arbiter.name, message)] : none;
    },
  },
  {
    because: 'a qnetd that hangs gives no vote to anybody',
    check: ({ arbiter }) =>
      signOf(seenArbiter(arbiter)?.signs ?? null, 'hung')
        ? [
            error(
              'qnetd_hung',
              arbiter.name,
              `qnetd on "${arbiter.name}" runs but does not answer. Look at its journal; before a restart see GET /v1/arbiters/{id}/clients: each cluster there must be whole.`,
            ),
          ]
        : none,
  },
];
