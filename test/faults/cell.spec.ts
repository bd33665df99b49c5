import { describe, expect, it } from 'vitest';
import { cellsOf, idOf, partOf, subjectOf, type FaultKind, type KindPlan } from './cell.ts';

const plan = (changes: Partial<KindPlan> = {}): KindPlan => ({
  kind: 'onboard',
  shape: 'duo',
  onCluster: true,
  rows: [
    { step: 'write', part: 'node-1' },
    { step: 'confirm', part: 'cluster' },
  ],
  ...changes,
});
const fault = (changes: Partial<FaultKind> = {}): FaultKind => ({
  name: 'kill-9',
  ways: ['do'],
  moments: ['intended', 'effected', 'recorded'],
  needsCluster: false,
  ...changes,
});

describe('The cells', () => {
  it('are every fault at every one of its moments of every step that the service plans', () => {
    expect(cellsOf([plan()], [fault()]).map(idOf)).toEqual([
      'onboard/duo/do/write@node-1/intended/kill-9',
      'onboard/duo/do/write@node-1/effected/kill-9',
      'onboard/duo/do/write@node-1/recorded/kill-9',
      'onboard/duo/do/confirm@cluster/intended/kill-9',
      'onboard/duo/do/confirm@cluster/effected/kill-9',
      'onboard/duo/do/confirm@cluster/recorded/kill-9',
    ]);
  });

  it('grow with a step, a kind, a shape or a fault that is added, and nobody lists them', () => {
    const rows = [...plan().rows, { step: 'new', part: 'node-2' }];
    const count = (plans: KindPlan[], faults: FaultKind[]) => cellsOf(plans, faults).length;
    expect(count([plan({ rows })], [fault()])).toBe(9);
    expect(count([plan(), plan({ kind: 'offboard' })], [fault()])).toBe(12);
    expect(count([plan(), plan({ shape: 'trio' })], [fault()])).toBe(12);
    expect(count([plan()], [fault(), fault({ name: 'reset' })])).toBe(12);
  });

  it('are of both ways where a fault strikes an undo as well', () => {
    const ways = cellsOf([plan()], [fault({ ways: ['do', 'undo'], moments: ['effected'] })]).map(({ way }) => way);
    expect(ways).toEqual(['do', 'do', 'undo', 'undo']);
  });

  it('of a fault that strikes nodes are none where a job is about the arbiter alone', () => {
    const faults = [fault({ needsCluster: true })];
    expect(cellsOf([plan({ onCluster: false })], faults)).toEqual([]);
    expect(cellsOf([plan()], faults)).not.toEqual([]);
  });

  it('have names of their own', () => {
    const cells = cellsOf(
      [plan(), plan({ shape: 'trio' })],
      [fault({ ways: ['do', 'undo'] }), fault({ name: 'reset' })],
    );
    expect(new Set(cells.map(idOf)).size).toBe(cells.length);
  });
});

describe('The part of a subject', () => {
  const nodes = ['10.77.3.1', '10.77.3.2'];

  it.each([
    ['10.77.3.1', 'node-1'],
    ['10.77.3.2', 'node-2'],
    ['lane3', 'cluster'],
    ['arbiter', 'arbiter'],
  ])('%s is %s, and back', (subject, part) => {
    expect(partOf(subject, 'lane3', nodes)).toBe(part);
    expect(subjectOf(part, 'lane3', nodes)).toBe(subject);
  });

  it('is the arbiter where there is no cluster', () => {
    expect(partOf('arbiter', 'arbiter', [])).toBe('arbiter');
  });
});
