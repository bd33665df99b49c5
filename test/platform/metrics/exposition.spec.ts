import { describe, expect, it } from 'vitest';
import { GaugeFamily, labelText } from '../../../src/platform/metrics/exposition.ts';
import { Metrics } from '../../../src/platform/metrics/metrics.ts';

describe('labels', () => {
  it('are escaped, so that no name can end them or begin a line of its own', () => {
    expect(labelText({ customer: 'a"} 1\nup 1 \\', cluster: 'c1' })).toBe(
      String.raw`customer="a\"} 1\nup 1 \\",cluster="c1"`,
    );
  });

  it('that are empty are left out', () => {
    expect(labelText({ customer: '', cluster: 'c1' })).toBe('cluster="c1"');
  });
});

describe('a family of gauges', () => {
  it('stands in one piece, with its help and type before its lines', () => {
    const family = new GaugeFamily('umpire_x', 'What it is.');
    family.set('a="1"', 2);
    family.set('', -0.5);
    expect(family.text()).toBe(
      '# HELP umpire_x What it is.\n# TYPE umpire_x gauge\numpire_x{a="1"} 2\numpire_x -0.5\n',
    );
  });
});

describe('the figures', () => {
  it('that are read elsewhere come after the process’s own, and are read once by scrapes at the same time', async () => {
    const metrics = new Metrics();
    let reads = 0;
    metrics.add(() => Promise.resolve([`# read ${(reads += 1)}\n`]));
    const [first, second] = await Promise.all([metrics.text(), metrics.text()]);
    expect(first).toMatch(/process_cpu_seconds_total[^]*\n# read 1\n$/);
    expect(second).toBe(first);
    expect(await metrics.text()).toMatch(/# read 2\n$/);
  });
});
