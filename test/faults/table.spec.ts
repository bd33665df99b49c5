import { describe, expect, it } from 'vitest';
import { cellsOf, idOf } from './cell.ts';
import { BEGIN, END, matrixTable, withTable } from './table.ts';

const faults = [
  { name: 'kill-9', ways: ['do' as const], moments: ['intended' as const, 'effected' as const], needsCluster: false },
];
const rows = [
  { step: 'write', part: 'node-1' },
  { step: 'reload', part: 'node-1' },
];
const cells = cellsOf([{ kind: 'onboard', shape: 'duo', onCluster: true, rows }], faults).map((cell) => ({
  ...cell,
  id: idOf(cell),
}));
const ran = [
  { id: 'onboard/duo/do/write@node-1/intended/kill-9', outcome: 'done' as const },
  { id: 'onboard/duo/do/write@node-1/effected/kill-9', outcome: 'FAILED' as const },
  { id: 'onboard/duo/do/reload@node-1/effected/kill-9', outcome: 'frozen' as const },
];

describe('The table', () => {
  const table = matrixTable(cells, ran);

  it('shows for each step and fault how the cells ended, and which were not run', () => {
    expect(table).toContain('| onboard | write | reload |');
    expect(table).toContain('| kill-9 | 1d **1F** | 1f ·1 |');
  });

  it('counts all cells', () => {
    expect(table).toMatch(/^4 cells, 3 run: 1 done, 0 undone, 1 frozen, 1 failed; 1 not run\.$/m);
  });

  it('takes its place between its markers, again and again', () => {
    const text = `# Safety\n\n${BEGIN}\n\nold\n\n${END}\n\nafter\n`;
    const once = withTable(text, table);
    expect(once).not.toContain('old');
    expect(once.startsWith('# Safety\n\n') && once.endsWith(`${END}\n\nafter\n`)).toBe(true);
    expect(withTable(once, table)).toBe(once);
  });

  it('is not written where there is no place for it', () => {
    expect(() => withTable(`${END} ${BEGIN}`, table)).toThrow(/no place/);
  });
});
