import { quorumtool, type QuorumStatus } from '../corosync/tools/quorumtool.ts';
import type { ToolReading } from '../corosync/tools/tool.ts';
import { answer, section, type Sections } from '../facts/sections.ts';
import { signOf, signsOf, type Sign } from '../facts/signs.ts';
import { error, type Finding } from '../finding.ts';
import { otherUmpire } from './host-gates.ts';
import { beingEdited, corosyncHung, quorateFinding } from './node-gates.ts';
import type { Found } from './situation.ts';

/** What a node tells just before a step that can touch quorum. */
export interface NodeGlance {
  readonly quorum: ToolReading<QuorumStatus>;
  /** SHA-256 of corosync.conf in hexadecimal; null when it cannot be read. */
  readonly config: string | null;
  readonly signs: readonly Sign[] | null;
}

export interface GlancedNode {
  readonly address: string;
  readonly found: Found<NodeGlance>;
}

/** What `src/hosts/scripts/look-gates.sh` printed. */
export const nodeGlance = (sections: Sections, subject: string): NodeGlance => ({
  quorum: quorumtool.parse(section(sections, 'quorum'), subject),
  config: /^([0-9a-f]{64}) /.exec(answer(sections, 'hash') ?? '')?.[1] ?? null,
  signs: signsOf(sections, { quorum: 'corosync' }),
});

interface Glanced {
  readonly address: string;
  readonly glance: NodeGlance;
}

interface Known {
  readonly address: string;
  readonly status: QuorumStatus;
}

/** What must still be true of all nodes when a step that can touch quorum is about to have its effect. */
export interface StepGate {
  readonly because: string;
  readonly check: (nodes: readonly GlancedNode[]) => readonly Finding[];
}

const seen = (nodes: readonly GlancedNode[]): readonly Glanced[] =>
  nodes.flatMap(({ address, found }) => ('facts' in found ? [{ address, glance: found.facts }] : []));

const known = (nodes: readonly GlancedNode[]): readonly Known[] =>
  seen(nodes).flatMap(({ address, glance: { quorum } }) =>
    quorum.kind === 'known' ? [{ address, status: quorum.value }] : [],
  );

const each = <T>(nodes: readonly T[], check: (node: T) => Finding | null): Finding[] =>
  nodes.map(check).filter((finding) => finding !== null);

/** Why a node's view is none, or null. */
const viewFinding = ({ address, glance: { quorum, signs } }: Glanced): Finding | null => {
  if (quorum.kind === 'known') return null;
  if (signOf(signs, 'hung', 'corosync')) return corosyncHung(address);
  return quorum.kind === 'down'
    ? error(
        'corosync_down',
        address,
        `corosync does not run on ${address}. Start it, and wait until the cluster is whole.`,
      )
    : { ...quorum.finding, subject: address };
};

const votesFinding = ({ address, status }: Known): Finding | null => {
  const votes = status.members.reduce((sum, member) => sum + member.votes, 0);
  return votes >= status.quorum
    ? null
    : error(
        'votes_missing',
        address,
        `${address} sees ${votes} votes of nodes, and quorum needs ${status.quorum}: without the device's it would be lost. Bring all nodes online.`,
        { votes, quorum: status.quorum },
      );
};

export const STEP_GATES: readonly StepGate[] = [
  {
    because: 'a node that cannot be asked may be away',
    check: (nodes) => nodes.flatMap(({ found }) => ('unreachable' in found ? [found.unreachable] : [])),
  },
  {
    because: 'a node without a readable view is no evidence of health',
    check: (nodes) => each(seen(nodes), viewFinding),
  },
  {
    because: 'what did not come with the look may be what speaks against the step',
    check: (nodes) =>
      each(seen(nodes), ({ address, glance }) =>
        glance.signs === null
          ? error(
              'signs_unknown',
              address,
              `${address} did not tell whether anything else is at work there. Ask again; if it stays, see the log of sshd there.`,
            )
          : null,
      ),
  },
  {
    because: 'a cluster without quorum must not be changed',
    check: (nodes) => each(known(nodes), ({ address, status }) => quorateFinding(status, address)),
  },
  {
    because: 'all nodes were online when the change was decided, and must still be: the rest has no vote to spare',
    check: (nodes) =>
      each(known(nodes), ({ address, status }) =>
        status.members.length === nodes.length
          ? null
          : error(
              'membership_differs',
              address,
              `${address} sees ${status.members.length} of ${nodes.length} nodes. Bring all nodes online first.`,
              { members: status.members.length, registered: nodes.length },
            ),
      ),
  },
  {
    because: 'nodes of two partitions may each count all the votes for a moment',
    check: (nodes) => {
      const rings = new Set(known(nodes).map(({ status }) => JSON.stringify(status.ringId)));
      const [first] = nodes;
      return rings.size > 1 && first
        ? [
            error(
              'views_differ',
              first.address,
              'The nodes disagree on who is a member. Wait until the cluster has settled.',
            ),
          ]
        : [];
    },
  },
  {
    because: 'quorum must stand on the votes of the nodes alone, whatever the step does to the device (invariant 2)',
    check: (nodes) => each(known(nodes), votesFinding),
  },
  {
    because: 'a reload reads the file on every node: where they differ, the nodes would part (invariant 12)',
    check: (nodes) => {
      const texts = new Set(seen(nodes).map(({ glance }) => glance.config));
      const [first] = nodes;
      return first && (texts.size > 1 || texts.has(null))
        ? [
            error(
              'configs_differ',
              first.address,
              'corosync.conf is not the same on all nodes, or cannot be read on one. Somebody else changed it meanwhile.',
            ),
          ]
        : [];
    },
  },
  {
    because: 'somebody else is about to change the same file, and their change wins',
    check: (nodes) =>
      each(seen(nodes), ({ address, glance }) => beingEdited(signOf(glance.signs, 'editing')?.detail, address)),
  },
  {
    because: 'a node that goes down now takes its vote along in the midst of the step',
    check: (nodes) =>
      each(seen(nodes), ({ address, glance }) => {
        const found = signOf(glance.signs, 'going-down');
        return found
          ? error('host_going_down', address, `${found.detail} says that ${address} is going down.`, {
              path: found.detail,
            })
          : null;
      }),
  },
  {
    because: 'two installations of this service know nothing of each other’s jobs',
    check: (nodes) =>
      each(seen(nodes), ({ address, glance }) => otherUmpire(signOf(glance.signs, 'other-umpire')?.detail, address)),
  },
];

/** Everything that speaks against the effect of a step that can touch quorum, from a fresh look at every node. */
export const stepFindings = (nodes: readonly GlancedNode[]): Finding[] =>
  STEP_GATES.flatMap((gate) => gate.check(nodes));

/**
 * What speaks against undoing such a step on one node. An undo is to end what may be half-done, so it asks for one thing
 * only: that this node's quorum stands on the votes of the nodes alone (invariants 2 and 4). Where corosync does not run
 * there is no quorum to lose.
 */
export const undoFindings = (node: GlancedNode): Finding[] => {
  if ('unreachable' in node.found) return [node.found.unreachable];
  const { quorum } = node.found.facts;
  if (quorum.kind === 'down') return [];
  const views = [node];
  return [...each(seen(views), viewFinding), ...each(known(views), votesFinding)];
};
