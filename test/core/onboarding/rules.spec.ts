import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/core/corosync/conf/parse.ts';
import { readConf } from '../../../src/core/corosync/conf/read.ts';
import { error, type Finding } from '../../../src/core/finding.ts';
import { CLUSTER_GATES } from '../../../src/core/gates/cluster-gates.ts';
import { CONFIG_GATES } from '../../../src/core/gates/config-gates.ts';
import { HOST_GATES } from '../../../src/core/gates/host-gates.ts';
import { NODE_GATES } from '../../../src/core/gates/node-gates.ts';
import { seenArbiter, seenNodes } from '../../../src/core/gates/situation.ts';
import { CLUSTER_RULES } from '../../../src/core/onboarding/cluster-rules.ts';
import { CONFIG_RULES } from '../../../src/core/onboarding/config-rules.ts';
import { decideOnboarding } from '../../../src/core/onboarding/decide.ts';
import { NODE_RULES } from '../../../src/core/onboarding/node-rules.ts';
import type { OnboardingSituation } from '../../../src/core/onboarding/situation.ts';
import { BROKEN, type Row } from './breaks.ts';
import { healthy, NAME, onArbiter, onNode } from './situations.ts';

const ROWS = Object.values(BROKEN).flat();
const broken = ({ wish, breaks }: Row): OnboardingSituation => breaks(healthy(wish));
const errorsOf = (findings: readonly Finding[]) => findings.filter(({ severity }) => severity === 'error');
const codesOf = (findings: readonly Finding[]) => findings.map(({ code }) => code);

describe.each(Object.entries(BROKEN))(
  'an onboarding is refused, and nothing decided, because of %s that are not as they must be (invariant 3)',
  (_, rows) => {
    it.each(rows)('$what: $code', (row) => {
      const { decision, findings } = decideOnboarding(broken(row));
      expect(codesOf(errorsOf(findings))).toContain(row.code);
      expect(decision).toBeNull();
    });
  },
);

describe('a refusal', () => {
  it.each(ROWS)('says in words what to do, once, and whom it concerns: $what', (row) => {
    const errors = errorsOf(decideOnboarding(broken(row)).findings);
    const said = errors.map(({ code, subject, message }) => `${code} ${subject} ${message}`);
    expect(new Set(said).size).toBe(said.length);
    expect(errors.filter(({ subject, message }) => subject === '' || message === '')).toEqual([]);
  });

  it('names everything that speaks against it at once, not only the first', () => {
    const situation = onArbiter({ isRoot: false })(onNode(1, { isRoot: false, machineId: null })(healthy()));
    const { findings } = decideOnboarding({ ...situation, cluster: { ...situation.cluster, onboarded: true } });
    expect(codesOf(errorsOf(findings)).toSorted()).toEqual([
      'already_onboarded',
      'machine_id_missing',
      'missing_rights',
      'missing_rights',
    ]);
  });
});

/** Rules by what they are in; each says whether it speaks against a situation. */
const RULES: Record<
  keyof typeof BROKEN,
  readonly { because: string; speaks: (situation: OnboardingSituation) => boolean }[]
> = {
  hosts: HOST_GATES.map(({ because, check }) => ({
    because,
    speaks: ({ nodes, arbiter }) => {
      const seen = [...seenNodes(nodes).map(({ facts }) => facts), seenArbiter(arbiter)];
      return seen.some((facts) => facts !== null && check(facts, 'host') !== null);
    },
  })),
  nodes: [...NODE_GATES, ...NODE_RULES].map(({ because, check }) => ({
    because,
    speaks: (situation) => seenNodes(situation.nodes).some((node) => check(node, situation) !== null),
  })),
  clusters: [...CLUSTER_GATES, ...CLUSTER_RULES].map(({ because, check }) => ({
    because,
    speaks: (situation) => check(situation).length > 0,
  })),
  configs: [...CONFIG_GATES, ...CONFIG_RULES].map(({ because, check }) => ({
    because,
    speaks: (situation) => {
      const conf = parse(atob(seenNodes(situation.nodes)[0]?.facts.config ?? ''));
      const view = conf.ok ? readConf(conf.value) : null;
      return conf.ok && view?.ok === true && check({ conf: conf.value, view: view.value }, situation).length > 0;
    },
  })),
};

describe.each(Object.keys(RULES) as (keyof typeof RULES)[])('every rule of %s', (kind) => {
  it('is broken by a row of its own, so that none is without a test', () => {
    const untested = RULES[kind].filter(({ speaks }) => !BROKEN[kind].some((row) => speaks(broken(row))));
    expect(untested.map(({ because }) => because)).toEqual([]);
  });

  it('is silent about every healthy situation', () => {
    const situations = [2, 3, 4, 8].flatMap((nodeCount) => [
      healthy({ nodeCount }),
      healthy({ nodeCount, kind: 'pve' }),
    ]);
    const loud = RULES[kind].filter(({ speaks }) => situations.some(speaks));
    expect(loud.map(({ because }) => because)).toEqual([]);
  });

  it('says why it is there', () => {
    expect(RULES[kind].filter(({ because }) => because.length < 20)).toEqual([]);
  });
});

it('every obstacle that corosync.conf itself can be is among the rows', () => {
  const source = readFileSync(new URL('../../../src/core/corosync/conf/check.ts', import.meta.url), 'utf8');
  const codes = [...source.matchAll(/code: '([a-z_]+)'/g)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(9);
  expect(codes.filter((code) => !ROWS.some((row) => row.code === code))).toEqual([]);
});

describe('a host that cannot be looked at', () => {
  const unreachable = error('ssh_connect_timeout', '10.77.1.2', 'It did not answer.');

  it('is a refusal in its own words when it is a node', () => {
    const situation = healthy();
    const nodes = situation.nodes.map((node, index) => (index === 1 ? { ...node, found: { unreachable } } : node));
    const { decision, findings } = decideOnboarding({ ...situation, nodes });
    expect(errorsOf(findings)).toEqual([unreachable]);
    expect(decision).toBeNull();
  });

  it('is one when it is the arbiter', () => {
    const situation = healthy();
    const arbiter = { ...situation.arbiter, found: { unreachable } };
    expect(errorsOf(decideOnboarding({ ...situation, arbiter }).findings)).toEqual([unreachable]);
  });

  it('leaves no forecast when no node at all was seen', () => {
    const situation = healthy();
    const nodes = situation.nodes.map((node) => ({ ...node, found: { unreachable } }));
    expect(decideOnboarding({ ...situation, nodes })).toEqual({
      decision: null,
      findings: [unreachable, unreachable],
      quorum: null,
    });
  });
});

describe('a host that waits for its reboot', () => {
  it('is told of, and stops nothing', () => {
    const situation = onNode(2, { signs: [{ kind: 'reboot-required', detail: '/run/reboot-required' }] })(healthy());
    const { decision, findings } = decideOnboarding(situation);
    expect(findings).toContainEqual(expect.objectContaining({ code: 'reboot_required', severity: 'warning' }));
    expect(decision).not.toBeNull();
  });
});

describe('what a host shows', () => {
  it('of a look without the rights of root: that it has none, and not that all its file systems are read-only', () => {
    const signs = [{ kind: 'read-only', detail: '/etc/corosync' } as const];
    const { findings } = decideOnboarding(onNode(2, { isRoot: false, signs })(healthy()));
    expect(codesOf(errorsOf(findings))).toEqual(['missing_rights']);
  });

  it('of a corosync that hangs: that alone, and no riddle about output that is not there', () => {
    const unreadable = { kind: 'unknown', finding: error('quorumtool_unreadable', '', 'exit code 137') } as const;
    const signs = [{ kind: 'hung', detail: 'corosync' } as const];
    const { findings } = decideOnboarding(onNode(2, { quorum: unreadable, runningVersion: null, signs })(healthy()));
    expect(codesOf(errorsOf(findings))).toEqual(['corosync_hung', 'versions_differ']);
  });
});

describe('the borders of the rules', () => {
  const decides = (situation: OnboardingSituation) => decideOnboarding(situation).decision !== null;

  it('a clock may be off by 30 s, either way (invariant 19)', () => {
    expect(decides(onNode(1, { clockOffsetMs: 30_000 })(healthy()))).toBe(true);
    expect(decides(onArbiter({ clockOffsetMs: -30_000 })(healthy()))).toBe(true);
  });

  it('50 MiB are enough, and a host that does not tell its space is not refused for it', () => {
    expect(decides(onNode(1, { freeKiB: 51_200 })(healthy()))).toBe(true);
    expect(decides(onNode(1, { freeKiB: null })(healthy()))).toBe(true);
  });

  it('two hosts without a machine id are not taken for one machine', () => {
    const situation = onNode(1, { machineId: null })(onNode(2, { machineId: null })(healthy()));
    expect(codesOf(decideOnboarding(situation).findings)).not.toContain('same_machine');
  });

  it('a list of clusters that qnetd counts otherwise is told, and stops nothing: a client may just have come', () => {
    const { found } = healthy().arbiter;
    if (!('facts' in found) || found.facts.status.kind !== 'known') throw new Error('the arbiter was not seen');
    const status = { ...found.facts.status, value: { ...found.facts.status.value, connectedClusters: 2 } };
    const { decision, findings } = decideOnboarding(onArbiter({ status })(healthy()));
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'qnetd_list_contradicts_status', severity: 'warning' }),
    );
    expect(decision).not.toBeNull();
  });

  it('a neighbour at the arbiter takes no name but its own', () => {
    expect(decides({ ...healthy(), cluster: { name: NAME, kind: 'corosync', onboarded: false } })).toBe(true);
  });
});
