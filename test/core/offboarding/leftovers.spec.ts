import { describe, expect, it } from 'vitest';
import {
  decideClearing,
  type LeftoverNode,
  type Leftovers,
  type LookedAt,
} from '../../../src/core/offboarding/leftovers.ts';
import { seenNodes } from '../../../src/core/gates/situation.ts';
import { addressOf } from '../quorum/worlds.ts';
import { healthy, onNode, withConfig } from '../onboarding/situations.ts';
import { onboarded } from './situations.ts';

const OLD = 'a'.repeat(64);
const NEW = 'b'.repeat(64);
const KEPT: Leftovers = { configSha256: OLD, device: true, database: true, packages: [] };
const DOWN = new Map([['corosync.service', { active: 'failed', enabled: 'enabled' }]]);

const plain = seenNodes(healthy({ nodeCount: 4 }).nodes).map((node) => ({ node, configSha256: NEW }));
const whole: readonly LookedAt[] = plain.slice(0, 3);
/** The fourth, back with the old file, on which corosync has ended itself. */
const back = (change: Partial<LeftoverNode> = {}): LeftoverNode => {
  const [last] = seenNodes(onNode(4, { units: DOWN })(healthy({ nodeCount: 4 })).nodes).slice(-1);
  if (!last) throw new Error('no fourth node');
  return { node: last, configSha256: OLD, leftovers: KEPT, ...change };
};
const codes = (nodes: readonly LookedAt[], ...left: readonly LeftoverNode[]) =>
  decideClearing('office', nodes, left).findings.map(({ code }) => code);

describe('what a node keeps of an offboarding', () => {
  it('is taken when it is back: the old file makes way for the others’, and a person is told to start corosync', () => {
    const { clearings, findings } = decideClearing('office', whole, [back()]);
    expect(clearings).toEqual([
      {
        id: 'node-4',
        address: addressOf(4),
        leftovers: KEPT,
        config: { base64: whole[0]?.node.facts.config, insteadOf: OLD },
      },
    ]);
    expect(findings.map(({ code }) => code)).toEqual(['corosync_to_be_started']);
  });

  it('is taken without a word to its file where somebody has given it the others’ already', () => {
    const member = { ...plain[3], leftovers: KEPT } as LeftoverNode;
    const { clearings, findings } = decideClearing('office', whole, [member]);
    expect(clearings.map(({ config }) => config)).toEqual([null]);
    expect(findings).toEqual([]);
  });

  it('is not touched where corosync runs another configuration than the cluster (invariant 4)', () => {
    const [last] = seenNodes(onNode(4, { runningVersion: '6' })(healthy({ nodeCount: 4 })).nodes).slice(-1);
    if (!last) throw new Error('no fourth node');
    expect(codes(whole, back({ node: last }))).toContain('node_apart');
  });

  it('is not touched where a person has edited the file (invariant 12)', () => {
    expect(codes(whole, back({ configSha256: 'c'.repeat(64) }))).toEqual(['leftover_config_differs']);
  });

  it('is not touched while there is nobody whose file could be taken, or theirs has a device again', () => {
    expect(codes([], back())).toEqual(['no_whole_node']);
    const again = seenNodes(onboarded({ nodeCount: 4 }).nodes).map((node) => ({ node, configSha256: NEW }));
    expect(codes(again.slice(0, 3), back())).toEqual(['device_already_there']);
  });

  it('is not touched on a host that is not fit for a change', () => {
    const [last] = seenNodes(onNode(4, { units: DOWN, freeKiB: 10 })(healthy({ nodeCount: 4 })).nodes).slice(-1);
    if (!last) throw new Error('no fourth node');
    expect(codes(whole, back({ node: last }))).toEqual(['disk_full']);
  });

  it('needs no file where only the database was kept', () => {
    const { clearings } = decideClearing('office', whole, [
      back({ configSha256: NEW, leftovers: { ...KEPT, configSha256: null, device: false } }),
    ]);
    expect(clearings.map(({ config }) => config)).toEqual([null]);
  });

  it('is never decided from a file that cannot be read', () => {
    const broken = seenNodes(withConfig(() => 'totem {')(healthy({ nodeCount: 4 })).nodes);
    expect(
      decideClearing(
        'office',
        broken.slice(0, 3).map((node) => ({ node, configSha256: NEW })),
        [back()],
      ).clearings,
    ).toEqual([]);
  });
});
