import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  deviceFor,
  figures,
  forecast,
  furtherLosses,
  quorumOf,
  unrivalledDeviceVotes,
  type Device,
} from '../../../src/core/quorum/arithmetic.ts';

const oneToSixteen = Array.from({ length: 16 }, (_, index) => index + 1);

describe('quorumOf', () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [6, 4],
    [7, 4],
    [8, 5],
    [15, 8],
    [31, 16],
  ])('of %i expected votes is %i', (expected, quorum) => {
    expect(quorumOf(expected)).toBe(quorum);
  });

  it('is the smallest majority: two partitions can never both have it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (expected) => {
        const quorum = quorumOf(expected);
        expect(2 * quorum).toBeGreaterThan(expected);
        expect(2 * (quorum - 1)).toBeLessThanOrEqual(expected);
      }),
    );
  });
});

describe('deviceFor', () => {
  it.each(oneToSixteen)('%i nodes: ffsplit with 1 vote when even, lms with N−1 votes when odd', (nodeCount) => {
    const odd: Device = { algorithm: 'lms', votes: nodeCount - 1 };
    expect(deviceFor(nodeCount)).toEqual(nodeCount % 2 === 0 ? { algorithm: 'ffsplit', votes: 1 } : odd);
  });

  it.each([0, -2, 2.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is no number of nodes', (nodeCount) => {
    expect(() => deviceFor(nodeCount)).toThrow(RangeError);
    expect(() => figures({ nodeCount, device: null, twoNode: false, arbiter: 'up' })).toThrow(RangeError);
  });
});

describe('node losses survived while the arbiter is away', () => {
  it.each([
    [2, 0],
    [4, 1],
    [6, 2],
    [8, 3],
    [3, 0],
    [5, 0],
    [7, 0],
    [9, 0],
    [15, 0],
  ])('%i nodes: %i', (nodeCount, losses) => {
    expect(forecast(nodeCount, { twoNode: false }).afterWithoutQdevice.nodeLossesSurvived).toBe(losses);
  });

  it('an even cluster is never worse off with an absent arbiter than with no device at all', () => {
    for (const nodeCount of oneToSixteen.filter((count) => count % 2 === 0)) {
      const { now, afterWithoutQdevice } = forecast(nodeCount, { twoNode: false });
      expect(afterWithoutQdevice.nodeLossesSurvived).toBe(now.nodeLossesSurvived);
    }
  });

  it('an odd cluster of 3 or more is always worse off: that is the risk to be accepted', () => {
    for (const nodeCount of [3, 5, 7, 9, 11, 13, 15]) {
      const { now, afterWithoutQdevice } = forecast(nodeCount, { twoNode: false });
      expect(afterWithoutQdevice.nodeLossesSurvived).toBeLessThan(now.nodeLossesSurvived);
    }
  });
});

describe('forecast', () => {
  /** nodes, now: quorum and losses; after: expected, quorum, device votes, losses; away: losses */
  const table = [
    [1, 1, 0, 1, 1, 0, 0, 0],
    [2, 2, 0, 3, 2, 1, 1, 0],
    [3, 2, 1, 5, 3, 2, 2, 0],
    [4, 3, 1, 5, 3, 1, 2, 1],
    [5, 3, 2, 9, 5, 4, 4, 0],
    [6, 4, 2, 7, 4, 1, 3, 2],
    [7, 4, 3, 13, 7, 6, 6, 0],
    [8, 5, 3, 9, 5, 1, 4, 3],
    [9, 5, 4, 17, 9, 8, 8, 0],
    [10, 6, 4, 11, 6, 1, 5, 4],
    [11, 6, 5, 21, 11, 10, 10, 0],
    [12, 7, 5, 13, 7, 1, 6, 5],
    [13, 7, 6, 25, 13, 12, 12, 0],
    [14, 8, 6, 15, 8, 1, 7, 6],
    [15, 8, 7, 29, 15, 14, 14, 0],
    [16, 9, 7, 17, 9, 1, 8, 7],
  ] as const;

  it.each(table)('of %i plain nodes', (nodes, quorumNow, lossesNow, expected, quorum, votes, losses, lossesAway) => {
    expect(forecast(nodes, { twoNode: false })).toEqual({
      now: {
        expectedVotes: nodes,
        quorum: quorumNow,
        nodeVotes: nodes,
        qdeviceVotes: 0,
        nodeLossesSurvived: lossesNow,
      },
      after: { expectedVotes: expected, quorum, nodeVotes: nodes, qdeviceVotes: votes, nodeLossesSurvived: losses },
      afterWithoutQdevice: {
        expectedVotes: expected,
        quorum,
        nodeVotes: nodes,
        qdeviceVotes: 0,
        nodeLossesSurvived: lossesAway,
      },
    });
  });

  it('two nodes with two_node need 1 vote now, and lose that option with the device', () => {
    const { now, after, afterWithoutQdevice } = forecast(2, { twoNode: true });
    expect(now).toEqual({ expectedVotes: 2, quorum: 1, nodeVotes: 2, qdeviceVotes: 0, nodeLossesSurvived: 1 });
    expect(after).toEqual(forecast(2, { twoNode: false }).after);
    expect(afterWithoutQdevice.nodeLossesSurvived).toBe(0);
  });

  it.each([1, 3, 4])('two_node has no meaning for %i nodes', (nodeCount) => {
    expect(forecast(nodeCount, { twoNode: true })).toEqual(forecast(nodeCount, { twoNode: false }));
  });

  it('a healthy cluster keeps its quorum without the device: online node votes reach it (invariant 2)', () => {
    for (const nodeCount of oneToSixteen) {
      const { after } = forecast(nodeCount, { twoNode: false });
      expect(after.nodeVotes).toBeGreaterThanOrEqual(after.quorum);
    }
  });
});

describe('losses, counted against each single loss', () => {
  const shapes = fc.record({
    nodeCount: fc.integer({ min: 1, max: 16 }),
    device: fc.option(
      fc.record({
        algorithm: fc.constantFrom<Device['algorithm'][]>('ffsplit', 'lms'),
        votes: fc.integer({ min: 0, max: 20 }),
      }),
    ),
    arbiter: fc.constantFrom<('up' | 'down')[]>('up', 'down'),
  });

  it('every number of losses up to the figure is survived, and one more is not', () => {
    fc.assert(
      fc.property(shapes, ({ nodeCount, device, arbiter }) => {
        const { quorum, nodeLossesSurvived } = figures({ nodeCount, device, twoNode: false, arbiter });
        const survives = (losses: number): boolean => {
          const left = nodeCount - losses;
          const votes = arbiter === 'up' ? unrivalledDeviceVotes(device, left, nodeCount) : 0;
          return left > 0 && left + votes >= quorum;
        };
        fc.pre(survives(0));
        for (let losses = 0; losses <= nodeLossesSurvived; losses += 1) expect(survives(losses)).toBe(true);
        expect(survives(nodeLossesSurvived + 1)).toBe(false);
      }),
    );
  });

  it('each node lost is one loss fewer still to be survived', () => {
    for (const nodeCount of oneToSixteen.slice(1)) {
      const device = deviceFor(nodeCount);
      const { quorum, nodeLossesSurvived } = figures({ nodeCount, device, twoNode: false, arbiter: 'up' });
      for (let lost = 0; lost <= nodeLossesSurvived; lost += 1) {
        const standing = { online: nodeCount - lost, quorum, nodeCount, device, arbiter: 'up' as const };
        expect(furtherLosses(standing)).toBe(nodeLossesSurvived - lost);
      }
    }
  });

  it('a partition that is not quorate survives nothing', () => {
    expect(furtherLosses({ online: 1, quorum: 2, nodeCount: 2, device: deviceFor(2), arbiter: 'down' })).toBe(0);
    expect(furtherLosses({ online: 0, quorum: 1, nodeCount: 2, device: null, arbiter: 'down' })).toBe(0);
  });
});

describe('unrivalledDeviceVotes', () => {
  it('ffsplit votes from half of the nodes on', () => {
    const device: Device = { algorithm: 'ffsplit', votes: 1 };
    expect([0, 1, 2, 3, 4].map((size) => unrivalledDeviceVotes(device, size, 4))).toEqual([0, 0, 1, 1, 1]);
    expect([1, 2, 3].map((size) => unrivalledDeviceVotes(device, size, 3))).toEqual([0, 1, 1]);
  });

  it('lms votes down to the last node', () => {
    expect([0, 1, 2, 3].map((size) => unrivalledDeviceVotes(deviceFor(3), size, 3))).toEqual([0, 2, 2, 2]);
  });
});
