import { describe, expect, it } from 'vitest';
import type { NodeFacts } from '../../../src/core/facts/node-facts.ts';
import { decideOffboarding } from '../../../src/core/offboarding/decide.ts';
import { quorumOf } from '../../../src/core/quorum/arithmetic.ts';
import { error, hasError } from '../../../src/core/finding.ts';
import { configText } from '../onboarding/situations.ts';
import { onboarded, onEach, withText, type Break } from './situations.ts';

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** For each number of dead nodes the first ones, the last ones, and where it fits every second. */
const deaths = (nodeCount: number): number[][] =>
  range(0, nodeCount - 1).flatMap((dead) => [
    range(1, dead),
    range(nodeCount - dead + 1, nodeCount),
    ...(2 * dead <= nodeCount ? [range(1, dead).map((id) => 2 * id)] : []),
  ]);

describe('the offboarding of a whole cluster', () => {
  it.each([
    [2, 'corosync'],
    [3, 'corosync'],
    [4, 'corosync'],
    [8, 'corosync'],
    [2, 'pve'],
    [3, 'pve'],
  ] as const)(
    'of %i nodes (%s) leaves the text as it was before onboarding, but for config_version (invariants 9, 13)',
    (nodeCount, kind) => {
      const { decision, findings } = decideOffboarding(onboarded({ nodeCount, kind }));
      expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
      const plain = configText(nodeCount, kind).replace('config_version: 7', 'config_version: 9');
      expect(decision?.after).toEqual({ text: plain, version: '9' });
      expect(decision?.before.version).toBe('8');
      expect(decision?.restored).toEqual({
        text: decision?.before.text.replace('config_version: 8', 'config_version: 10'),
        version: '10',
      });
    },
  );

  it.each([2, 3, 4, 5, 6, 7, 8])(
    'of %i nodes asks on the nodes for a majority without the device, and for the undo beside it (invariant 2)',
    (nodeCount) => {
      const situation = onboarded({ nodeCount });
      const { decision } = decideOffboarding(situation);
      expect(decision?.votesAfter).toBe(quorumOf(nodeCount));
      expect(decision?.votesRestored).toBe(quorumOf(nodeCount + (situation.device?.votes ?? 0)));
    },
  );

  it('tells what it costs: two nodes survive one loss as before, but a cut no longer parts them safely', () => {
    expect(decideOffboarding(onboarded()).quorum).toMatchObject({
      now: { expectedVotes: 3, quorum: 2, qdeviceVotes: 1, nodeLossesSurvived: 1 },
      after: { expectedVotes: 2, quorum: 1, qdeviceVotes: 0 },
    });
    const plain = decideOffboarding(onboarded({ nodeCount: 4 })).quorum;
    expect([plain?.now.nodeLossesSurvived, plain?.after.nodeLossesSurvived]).toEqual([2, 1]);
    expect(plain?.afterWithoutQdevice).toEqual(plain?.after);
  });
});

describe('a node’s device that is not well is told once (invariant 3)', () => {
  const unreadable = error('qdevice_unreadable', '', 'exit code 137');
  it.each<[string, Partial<NodeFacts>, string]>([
    ['down', { device: { kind: 'down', finding: error('qdevice_down', '', 'It is down.') } }, 'qdevice_down'],
    [
      'hung',
      { device: { kind: 'unknown', finding: unreadable }, signs: [{ kind: 'hung', detail: 'qdevice' }] },
      'qdevice_hung',
    ],
    ['not to be read', { device: { kind: 'unknown', finding: unreadable } }, 'qdevice_unreadable'],
  ])('where it is %s', (_, facts, code) => {
    const { decision, findings } = decideOffboarding(onEach(() => facts, 2)(onboarded()));
    expect(decision).toBeNull();
    expect(findings.filter(({ severity }) => severity === 'error').map((finding) => finding.code)).toEqual([code]);
  });
});

describe('an offboarding is refused', () => {
  const rows: readonly [what: string, breaks: Break, code: string][] = [
    [
      'a cluster that was never onboarded',
      (s) => ({ ...s, cluster: { ...s.cluster, onboarded: false } }),
      'not_onboarded',
    ],
    [
      'a file that lost its device',
      withText((text) => text.replace(/\n {2}device \{[^]*?\n {2}\}/, '')),
      'device_not_there',
    ],
    [
      'a device of another arbiter',
      withText((text) => text.replace('host: 10.77.0.2', 'host: 10.77.0.3')),
      'device_differs',
    ],
    [
      'a device of another algorithm',
      withText((text) => text.replace('ffsplit', 'lms').replace('    votes: 1\n', '')),
      'device_differs',
    ],
    [
      'a device that somebody added a key to',
      withText((text) => text.replace('    model: net\n', '    model: net\n    timeout: 20000\n')),
      'device_differs',
    ],
    [
      'a node that is not quorate',
      onEach(
        ({ quorum }) => ({
          quorum: quorum.kind === 'known' ? { ...quorum, value: { ...quorum.value, quorate: false } } : quorum,
        }),
        2,
      ),
      'not_quorate',
    ],
    [
      'a node whose qdevice does not answer',
      onEach(() => ({ device: { kind: 'down', finding: error('qdevice_down', '', 'It is down.') } }), 1),
      'qdevice_down',
    ],
    ['a node with another file', onEach(({ config }) => ({ config: `${config}` + btoa('#\n') }), 2), 'configs_differ'],
    ['a node that runs another version', onEach(() => ({ runningVersion: '7' }), 2), 'versions_differ'],
    [
      'a file that is being edited',
      onEach(() => ({ files: ['/etc/corosync/.corosync.conf.swp'] }), 1),
      'config_being_edited',
    ],
    [
      'an arbiter that cannot be looked at',
      (s) => ({ ...s, arbiter: { ...s.arbiter, found: { unreachable: error('ssh_unreachable', 'north', 'Away.') } } }),
      'ssh_unreachable',
    ],
    [
      'a node that cannot be looked at',
      (s) => ({
        ...s,
        nodes: s.nodes.map((node, index) =>
          index === 0 ? { ...node, found: { unreachable: error('ssh_unreachable', node.address, 'Away.') } } : node,
        ),
      }),
      'ssh_unreachable',
    ],
  ];

  it.each(rows)('for %s, and nothing is decided (invariant 3)', (_, breaks, code) => {
    const verdict = decideOffboarding(breaks(onboarded()));
    expect(verdict.findings.map((finding) => finding.code)).toContain(code);
    expect(verdict.decision).toBeNull();
  });

  it('for a dead node that nobody told of: every node is a member, or is named as absent', () => {
    const situation = onboarded({ nodeCount: 4, dead: [4] });
    const { findings } = decideOffboarding({ ...situation, absent: [] });
    expect(findings.map(({ code }) => code)).toContain('node_set_differs');
  });

  it('for an absent node that is a member', () => {
    const whole = onboarded({ nodeCount: 4 });
    const [last] = whole.nodes.slice(-1);
    const absent = [{ id: last?.id ?? '', address: last?.address ?? '', nodeId: 4 }];
    const codes = decideOffboarding({ ...whole, nodes: whole.nodes.slice(0, 3), absent }).findings.map(
      ({ code }) => code,
    );
    expect(codes).toEqual(expect.arrayContaining(['absent_node_online', 'membership_differs']));
  });
});

describe('with nodes that are dead', () => {
  it.each([2, 3, 4, 5, 6, 7, 8])(
    'of %i, it is allowed exactly while those that are there make quorum with and without the device (invariants 2, 4)',
    (nodeCount) => {
      const votes = onboarded({ nodeCount }).device?.votes ?? 0;
      const needed = Math.max(quorumOf(nodeCount), quorumOf(nodeCount + votes));
      for (const dead of deaths(nodeCount)) {
        const allowed = nodeCount - dead.length >= needed;
        const { decision, findings } = decideOffboarding(onboarded({ nodeCount, dead }));
        expect([dead, findings.some(({ code }) => code === 'votes_missing')]).toEqual([dead, !allowed]);
        expect([dead, decision !== null]).toEqual([dead, allowed]);
      }
    },
  );

  it('refuses two nodes with one of them dead, and says how many have to come back', () => {
    const { findings } = decideOffboarding(onboarded({ dead: [2] }));
    expect(findings.find(({ code }) => code === 'votes_missing')?.message).toMatch(/Bring 1 of the 1 absent/);
  });

  it('tells of each one what it keeps', () => {
    const { findings } = decideOffboarding(onboarded({ nodeCount: 8, dead: [7, 8] }));
    expect(hasError(findings)).toBe(false);
    expect(findings.filter(({ code }) => code === 'node_left_behind').map(({ subject }) => subject)).toEqual([
      '10.77.1.7',
      '10.77.1.8',
    ]);
  });
});
