import { describe, expect, it } from 'vitest';
import { cellsOf, idOf, type Cell, type KindPlan } from './cell.ts';
import { FAULTS } from './catalogue/catalogue.ts';
import { ciSubset, evenSample } from './choose.ts';

const rows = ['request-key', 'write-config', 'reload', 'start-qdevice'].flatMap((step) => [
  { step, part: 'node-1' },
  { step, part: 'node-2' },
]);
const plan = (kind: string, shape: string): KindPlan => ({ kind, shape, onCluster: true, rows });
const cells = cellsOf([plan('onboard', 'duo'), plan('offboard', 'duo'), plan('onboard', 'trio')], FAULTS);

const shares = (some: readonly Cell[], of: (cell: Cell) => string): number[] =>
  Object.values(Object.groupBy(some, of)).map((group) => group?.length ?? 0);

describe('An even sample', () => {
  it('is the same for the same seed, and another for another', () => {
    const ids = (seed: number) => evenSample(cells, 100, seed).map(idOf);
    expect(ids(7)).toEqual(ids(7));
    expect(ids(7)).not.toEqual(ids(8));
  });

  it('has each cell once, and as many as were asked for', () => {
    const sample = evenSample(cells, 300, 1);
    expect(new Set(sample.map(idOf)).size).toBe(300);
    expect(evenSample(cells, cells.length * 2, 1)).toHaveLength(cells.length);
  });

  it('leaves no fault, kind or moment out, and takes of each stratum about as many', () => {
    const sample = evenSample(cells, 300, 3);
    const strata = shares(sample, ({ fault, kind, moment }) => [fault, kind, moment].join());
    expect(new Set(sample.map(({ fault }) => fault)).size).toBe(FAULTS.length);
    expect(Math.max(...strata) - Math.min(...strata)).toBeLessThanOrEqual(1);
  });
});

describe('The CI subset', () => {
  const subset = ciSubset(cells);

  it('has every point of kill -9 of every step of every kind on two nodes', () => {
    const kills = subset.filter(({ fault, way }) => fault === 'kill-9' && way === 'do');
    expect(kills.map(idOf)).toEqual(
      cells.filter(({ fault, way, shape }) => fault === 'kill-9' && way === 'do' && shape === 'duo').map(idOf),
    );
    expect(new Set(kills.map(({ moment }) => moment)).size).toBe(3);
  });

  it('has each step and each undo run twice, delivered twice, and the queue flushed', () => {
    const faults = shares(subset, ({ fault, kind, way }) => [fault, kind, way].join());
    expect(new Set(subset.map(({ fault }) => fault))).toEqual(
      new Set(['kill-9', 'run-twice', 'delivered-twice', 'redis-flushed']),
    );
    expect(Math.min(...faults)).toBe(rows.length / 2);
  });
});
