import { describe, expect, it } from 'vitest';
import type { NodeSamples, QuorumSample, Sample } from '../lab/record.ts';
import { lossesOfOurs, type Removal } from './quorum-loss.ts';

const look = (totalVotes: number, quorum: number, deviceVotes = 0): QuorumSample => ({
  ...{ totalVotes, quorum, deviceVotes, expectedVotes: 3, flags: 0 },
  quorate: totalVotes >= quorum,
});
const seen = (node: string, ...looks: readonly (QuorumSample | null)[]): NodeSamples => ({
  node,
  cluster: 'duo',
  samples: looks.map((quorum, index): Sample => ({ at: index * 1_000, quorum })),
});
const away = (...nodes: string[]): Removal => ({ nodes, from: 500, to: 2_500 });
const nodesOf = (series: NodeSamples, removal: Removal | null) =>
  lossesOfOurs([series], removal).map(({ node }) => node);

describe('A loss of quorum (invariant 1)', () => {
  it('without a fault that takes votes is ours', () => {
    expect(nodesOf(seen('a', look(2, 2), look(1, 2), look(2, 2)), null)).toEqual(['a']);
  });

  it('is told from its first look to the first that was quorate again, with the votes before and then', () => {
    const series = seen('a', look(2, 1), look(2, 3), look(2, 3), look(2, 2));
    expect(lossesOfOurs([series], null)).toEqual([
      { node: 'a', start: 1_000, end: 3_000, before: look(2, 1), first: look(2, 3) },
    ]);
  });

  it('of the very node that lost its power is the world’s, also while it boots', () => {
    expect(nodesOf(seen('a', look(2, 2), null, look(1, 2), look(2, 2)), away('a'))).toEqual([]);
  });

  it('of a node before anything happened to it is ours', () => {
    expect(nodesOf(seen('a', look(1, 2), look(2, 2)), away('a'))).toEqual(['a']);
  });

  it('of a node that did not come back is ours in the end', () => {
    const late: Sample = { at: 63_000, quorum: look(1, 2) };
    const series = seen('a', look(2, 2), look(1, 2));
    expect(nodesOf({ ...series, samples: [...series.samples, late] }, away('a'))).toEqual(['a']);
  });

  it('for want of exactly the votes that the fault took is the world’s: the device did not vote yet', () => {
    expect(nodesOf(seen('a', look(2, 2), look(1, 2), look(2, 2)), away('b'))).toEqual([]);
  });

  it('because more votes were needed than before is ours: a reload on a degraded cluster', () => {
    expect(nodesOf(seen('a', look(1, 1), look(1, 2), look(2, 2)), away('b'))).toEqual(['a']);
  });

  it('because the device’s vote went as well is ours', () => {
    expect(nodesOf(seen('a', look(2, 2, 1), look(1, 2, 0), look(2, 2)), away('b'))).toEqual(['a']);
  });

  it('for want of more votes than the fault took is ours', () => {
    expect(nodesOf(seen('a', look(3, 2), look(1, 2), look(3, 2)), away('b'))).toEqual(['a']);
  });

  it('where corosync of a node that nothing happened to does not answer is ours', () => {
    expect(nodesOf(seen('a', look(2, 2), null, look(2, 2)), away('b'))).toEqual(['a']);
  });
});
