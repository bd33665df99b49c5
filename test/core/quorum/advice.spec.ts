import { describe, expect, it } from 'vitest';
import { adviceFor } from '../../../src/core/quorum/advice.ts';
import type { Finding } from '../../../src/core/finding.ts';

const codes = (findings: readonly Finding[]): string[] => findings.map(({ severity, code }) => `${severity} ${code}`);

const RISKS = [
  'warning qdevice_single_point_of_failure',
  'warning last_node_overload',
  'warning ceph_stops_without_majority',
];

const one = (findings: readonly Finding[], code: string): Finding => {
  const found = findings.filter((finding) => finding.code === code);
  expect(found).toHaveLength(1);
  return found[0] ?? expect.fail(`no ${code}`);
};

describe('adviceFor', () => {
  it.each([true, false])('2 nodes are strongly recommended a device (risk accepted: %s)', (acceptOddNodeRisk) => {
    const advice = adviceFor({ nodeCount: 2, acceptOddNodeRisk });
    expect(codes(advice)).toEqual(['info qdevice_strongly_recommended']);
    expect(advice[0]?.params).toEqual({ nodeCount: 2, lossesWithArbiter: 1, lossesWithoutArbiter: 0 });
    expect(advice[0]?.message).toContain('2 of 3 votes');
  });

  it.each([4, 6, 8, 10, 12, 14, 16])('%i nodes are recommended one', (nodeCount) => {
    const advice = adviceFor({ nodeCount, acceptOddNodeRisk: false });
    expect(codes(advice)).toEqual(['info qdevice_recommended']);
    expect(advice[0]?.params).toEqual({
      nodeCount,
      lossesWithArbiter: nodeCount / 2,
      lossesWithoutArbiter: nodeCount / 2 - 1,
    });
  });

  it.each([3, 5, 7, 9, 11, 13, 15])(
    '%i nodes are refused, with the three risks that acceptance would mean',
    (nodeCount) => {
      const advice = adviceFor({ nodeCount, acceptOddNodeRisk: false });
      expect(codes(advice)).toEqual(['error odd_node_risk_not_accepted', ...RISKS]);
      expect(advice[0]?.subject).toBe('acceptOddNodeRisk');
    },
  );

  it.each([3, 5, 7, 9, 11, 13, 15])('%i nodes with the risk accepted still carry the three warnings', (nodeCount) => {
    expect(codes(adviceFor({ nodeCount, acceptOddNodeRisk: true }))).toEqual(RISKS);
  });

  it.each([1, 0, -1, 2.5, Number.NaN])('%d nodes are refused, whatever is accepted', (nodeCount) => {
    expect(codes(adviceFor({ nodeCount, acceptOddNodeRisk: true }))).toEqual(['error too_few_nodes']);
  });

  it('names the figures of 3 nodes: 2 of 5 votes on the device, nothing survived without it', () => {
    const advice = adviceFor({ nodeCount: 3, acceptOddNodeRisk: true });
    const point = one(advice, 'qdevice_single_point_of_failure');
    expect(point.params).toEqual({
      nodeCount: 3,
      qdeviceVotes: 2,
      expectedVotes: 5,
      quorum: 3,
      lossesWithoutArbiter: 0,
      lossesWithoutDevice: 1,
    });
    expect(point.message).toContain('2 of 5 votes');
    expect(point.message).toContain('the loss of a single node stops the whole cluster');
    expect(point.message).toContain('survives the loss of 1 node.');
  });

  it('lets N−1 of N nodes fall, so the last one is left with everything', () => {
    const overload = one(adviceFor({ nodeCount: 5, acceptOddNodeRisk: true }), 'last_node_overload');
    expect(overload.params).toEqual({ nodeCount: 5, lossesWithArbiter: 4 });
    expect(overload.message).toContain('4 nodes of 5');
  });

  it.each([
    [3, 1, '1 node or fewer of 3'],
    [5, 2, '2 nodes or fewer of 5'],
    [7, 3, '3 nodes or fewer of 7'],
  ])('Ceph on %i nodes stops at (N−1)/2 = %i', (nodeCount, cephStopsAtNodes, words) => {
    const ceph = one(adviceFor({ nodeCount, acceptOddNodeRisk: true }), 'ceph_stops_without_majority');
    expect(ceph.params).toEqual({ nodeCount, cephStopsAtNodes });
    expect(ceph.message).toContain(words);
  });

  it('explains itself in whole sentences', () => {
    for (const nodeCount of [1, 2, 3, 4, 5, 8]) {
      for (const { message } of adviceFor({ nodeCount, acceptOddNodeRisk: false })) {
        expect(message).toMatch(/^[A-Z].{40,}\.$/);
        expect(message).not.toMatch(/undefined|NaN|null/);
      }
    }
  });
});
