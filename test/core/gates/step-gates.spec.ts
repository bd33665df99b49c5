import { describe, expect, it } from 'vitest';
import type { QuorumStatus } from '../../../src/core/corosync/tools/quorumtool.ts';
import type { SignKind } from '../../../src/core/facts/signs.ts';
import { error } from '../../../src/core/finding.ts';
import { readSections } from '../../../src/core/facts/sections.ts';
import {
  nodeGlance,
  STEP_GATES,
  stepFindings,
  undoFindings,
  type GlancedNode,
  type NodeGlance,
} from '../../../src/core/gates/step-gates.ts';
import { NONCE, report, told } from '../facts/frames.ts';
import { known, world } from '../quorum/worlds.ts';

const HASH = 'a'.repeat(64);

/** A whole cluster, with its device or before it. */
const whole = (device: boolean): GlancedNode[] =>
  world(device ? { nodeCount: 4 } : { nodeCount: 4, device: null }).nodes.map((view, index) => {
    if (!('quorum' in view)) throw new Error('no view in this world');
    const facts: NodeGlance = { quorum: view.quorum, config: HASH, signs: [] };
    return { address: `10.77.1.${index + 1}`, found: { facts } };
  });

type Break = (nodes: readonly GlancedNode[]) => readonly GlancedNode[];

const second =
  (change: (glance: NodeGlance) => Partial<NodeGlance>): Break =>
  (nodes) =>
    nodes.map((node, index) =>
      index === 1 && 'facts' in node.found
        ? { ...node, found: { facts: { ...node.found.facts, ...change(node.found.facts) } } }
        : node,
    );
const seeing = (change: (status: QuorumStatus) => Partial<QuorumStatus>): Break =>
  second(({ quorum }) => ({
    quorum: quorum.kind === 'known' ? known({ ...quorum.value, ...change(quorum.value) }) : quorum,
  }));
const showing = (kind: SignKind, detail: string): Break => second(() => ({ signs: [{ kind, detail }] }));
const unreachable = error('ssh_connect_timeout', '10.77.1.2', 'It did not answer.');
const unread = (code: string, kind: 'down' | 'unknown') => ({ kind, finding: error(code, '', 'It says nothing.') });

const ROWS: readonly (readonly [string, string, Break])[] = [
  [
    'a node that does not answer',
    'ssh_connect_timeout',
    (nodes) => nodes.map((node, index) => (index === 1 ? { ...node, found: { unreachable } } : node)),
  ],
  ['a corosync that is gone', 'corosync_down', second(() => ({ quorum: unread('quorumtool_down', 'down') }))],
  [
    'a corosync that hangs',
    'corosync_hung',
    second(() => ({
      quorum: unread('quorumtool_unreadable', 'unknown'),
      signs: [{ kind: 'hung', detail: 'corosync' }],
    })),
  ],
  [
    'a view that cannot be read',
    'quorumtool_unreadable',
    second(() => ({ quorum: unread('quorumtool_unreadable', 'unknown') })),
  ],
  ['a look that was cut short', 'signs_unknown', second(() => ({ signs: null }))],
  ['a node that is not quorate', 'not_quorate', seeing(() => ({ quorate: false }))],
  ['a node that misses another', 'membership_differs', seeing(({ members }) => ({ members: members.slice(0, 3) }))],
  ['another ring', 'views_differ', seeing(({ ringId }) => ({ ringId: { ...ringId, sequence: 'ff' } }))],
  [
    'votes of nodes that are fewer than quorum (invariant 2)',
    'votes_missing',
    seeing(({ members }) => ({ members: members.map((member) => ({ ...member, votes: 0 })) })),
  ],
  ['another text of corosync.conf (invariant 12)', 'configs_differ', second(() => ({ config: 'b'.repeat(64) }))],
  ['a corosync.conf that cannot be read', 'configs_differ', second(() => ({ config: null }))],
  ['an editor at work', 'config_being_edited', showing('editing', '/etc/corosync/.corosync.conf.swp')],
  ['a shutdown', 'host_going_down', showing('going-down', '/run/nologin')],
  ['another installation', 'other_umpire', showing('other-umpire', '3 cluster-1')],
];

describe.each([
  ['before its device runs', false],
  ['with its device', true],
])('a step that can touch the quorum of a cluster %s', (_, device) => {
  it('is let through while everything is whole', () => {
    expect(stepFindings(whole(device))).toEqual([]);
  });

  it.each(ROWS)('is stopped by %s: %s', (_what, code, breaks) => {
    expect(stepFindings(breaks(whole(device))).map((finding) => finding.code)).toContain(code);
  });
});

it('each gate before a step is shut by a row of its own, and says why it is there', () => {
  const untested = STEP_GATES.filter(
    (gate) => !ROWS.some(([, , breaks]) => gate.check(breaks(whole(true))).length > 0),
  );
  expect(untested.map(({ because }) => because)).toEqual([]);
  expect(STEP_GATES.filter(({ because }) => because.length < 20)).toEqual([]);
});

describe('the undo of such a step', () => {
  const undone = (breaks: Break) =>
    breaks(whole(true))
      .flatMap((node) => undoFindings(node))
      .map(({ code }) => code);

  it.each([
    ['everything is whole', (nodes: readonly GlancedNode[]) => nodes],
    ['a node is away that quorum does not need', seeing(({ members }) => ({ members: members.slice(0, 3) }))],
    ['another installation came', showing('other-umpire', '3 cluster-1')],
    ['a file was edited', second(() => ({ config: 'b'.repeat(64) }))],
    [
      'corosync is gone there, so there is no quorum to lose',
      second(() => ({ quorum: unread('quorumtool_down', 'down') })),
    ],
  ])('goes through where %s', (_, breaks) => {
    expect(undone(breaks)).toEqual([]);
  });

  it('waits where the votes of the nodes alone would not do (invariants 2 and 4)', () => {
    expect(undone(seeing(({ members }) => ({ members: members.slice(0, 2) })))).toEqual(['votes_missing']);
  });

  it('waits where nobody can tell', () => {
    expect(undone(second(() => ({ quorum: unread('quorumtool_unreadable', 'unknown') })))).toEqual([
      'quorumtool_unreadable',
    ]);
  });
});

describe('a glance at a node', () => {
  const glance = (sections: Parameters<typeof report>[0]) => nodeGlance(readSections(report(sections), NONCE), 'n');

  it('takes nothing for good that did not come (invariant 21)', () => {
    expect(glance({})).toMatchObject({ config: null, signs: null, quorum: { kind: 'unknown' } });
  });

  it('reads the digest that sha256sum prints, and a killed tool as a daemon that hangs', () => {
    const { config, signs } = glance({
      quorum: { exitCode: 137, stdout: '', stderr: '' },
      hash: told(`${HASH}  -\n`),
      signs: told('editing /etc/corosync/corosync.conf.new\n'),
    });
    expect(config).toBe(HASH);
    expect(signs).toEqual([
      { kind: 'editing', detail: '/etc/corosync/corosync.conf.new' },
      { kind: 'hung', detail: 'corosync' },
    ]);
  });
});
