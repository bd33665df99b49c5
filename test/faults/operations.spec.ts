import { describe, expect, it } from 'vitest';
import { chanceOf } from './chance.ts';
import { operationsOf } from './operations.ts';

const rows = [{ step: 'a', part: 'node-1' }];
const plans = ['offboard', 'onboard'].flatMap((kind) =>
  ['duo', 'trio'].map((shape) => ({ kind, shape, onCluster: true, rows })),
);

describe('Operations at random', () => {
  const operations = operationsOf(plans, ['duo', 'trio'], 1_000, chanceOf(5));

  it('are as many as were asked for, of each shape in turn onboard and offboard', () => {
    expect(operations).toHaveLength(1_000);
    for (const shape of ['duo', 'trio']) {
      const kinds = operations.filter((cell) => cell.shape === shape).map(({ kind }) => kind);
      expect(kinds.every((kind, index) => kind === (index % 2 === 0 ? 'onboard' : 'offboard'))).toBe(true);
    }
  });

  it('have a fault in about a tenth', () => {
    const faulty = operations.filter(({ fault }) => fault !== 'none').length;
    expect(faulty).toBeGreaterThan(60);
    expect(faulty).toBeLessThan(140);
  });

  it('are the same for the same seed', () => {
    expect(operationsOf(plans, ['duo', 'trio'], 50, chanceOf(5))).toEqual(operations.slice(0, 50));
  });
});
