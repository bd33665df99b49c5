import { describe, expect, it } from 'vitest';
import type { VoteFinding } from '../../../src/core/quorum/vote-finding.ts';
import { voteState, type VoteState } from '../../../src/core/quorum/vote-state.ts';
import { addressOf, withInventory, withoutArbiter, world } from './worlds.ts';

const codes = ({ findings }: VoteState): string[] => findings.map((finding) => finding.code);
const found = (state: VoteState, code: string): VoteFinding =>
  state.findings.find((finding) => finding.code === code) ?? expect.fail(`${code} is not among ${codes(state).join()}`);

describe('a cluster that is not onboarded', () => {
  it.each([
    ['two nodes with two_node', { nodeCount: 2, twoNode: true }, { withArbiter: 1, withoutArbiter: 1 }, 1],
    ['two nodes without it', { nodeCount: 2 }, { withArbiter: 0, withoutArbiter: 0 }, 2],
    ['three nodes', { nodeCount: 3 }, { withArbiter: 1, withoutArbiter: 1 }, 2],
    ['four nodes', { nodeCount: 4 }, { withArbiter: 1, withoutArbiter: 1 }, 3],
  ])('%s, healthy: at risk for want of a device, and for nothing else', (_world, condition, lossesSurvived, quorum) => {
    const state = voteState(world({ ...condition, device: null }));
    expect(state.state).toBe('at-risk');
    expect(codes(state)).toEqual(['no_device']);
    expect(state.lossesSurvived).toEqual(lossesSurvived);
    expect(state.votes).toEqual({
      expected: condition.nodeCount,
      total: condition.nodeCount,
      quorum,
      qdevice: 0,
    });
    expect(new Set(state.nodes.map((node) => node.qdevice))).toEqual(new Set(['not-registered']));
  });

  it('says what two_node means for a cut', () => {
    const state = voteState(world({ nodeCount: 2, twoNode: true, device: null }));
    expect(found(state, 'no_device').message).toContain('only fencing decides');
    expect(found(state, 'no_device').params).toEqual({ nodeCount: 2, lossesSurvived: 1, twoNode: true });
  });

  it('needs no arbiter to be judged', () => {
    expect(codes(voteState(withoutArbiter(world({ nodeCount: 3, device: null }))))).toEqual(['no_device']);
  });

  it('loses its quorum like any other', () => {
    expect(voteState(world({ nodeCount: 2, device: null, partitions: [[1], [2]] })).state).toBe('lost');
    expect(voteState(world({ nodeCount: 4, device: null, down: [3, 4] })).state).toBe('lost');
    expect(voteState(world({ nodeCount: 5, device: null, down: [3, 4, 5] })).state).toBe('unknown');
  });

  it('two_node split in two: both quorate, which is told', () => {
    const state = voteState(world({ nodeCount: 2, twoNode: true, device: null, partitions: [[1], [2]] }));
    expect(state.state).toBe('at-risk');
    expect(codes(state)).toContain('two_quorate_partitions');
  });

  it('two_node with one node dead: the survivor goes on, and its quorum of 1 is the right one', () => {
    const state = voteState(world({ nodeCount: 2, twoNode: true, device: null, down: [2] }));
    expect(codes(state)).toEqual(['one_failure_from_loss', 'no_device', 'node_unreachable', 'node_offline']);
    expect(state.votes).toEqual({ expected: 2, total: 1, quorum: 1, qdevice: 0 });
  });

  it('one failure from loss when a node of three is away', () => {
    const state = voteState(world({ nodeCount: 3, device: null, down: [3] }));
    expect(found(state, 'one_failure_from_loss').params['failures']).toEqual([addressOf(1), addressOf(2)]);
  });

  it('with a device that somebody else set up: told, not trusted', () => {
    const foreign = withInventory((inventory) => ({ ...inventory, device: null }))(world({ nodeCount: 2 }));
    const state = voteState(foreign);
    expect(state.state).toBe('at-risk');
    expect(codes(state)).toContain('unexpected_device');
  });
});
