import { describe, expect, it } from 'vitest';

import { corosyncConf, withDevice } from './corosync-conf.ts';
import { parseClusterSpec } from './plan.ts';

const conf = (text: string): string => corosyncConf({ ...parseClusterSpec(text), index: 7 });

describe('the configuration a cluster starts with', () => {
  it('lists every node with its id and address', () => {
    const text = conf('trio:3');
    expect(text.match(/nodeid: \d+/g)).toEqual(['nodeid: 1', 'nodeid: 2', 'nodeid: 3']);
    expect(text.match(/ring0_addr: \S+/g)).toEqual(
      ['10.77.7.1', '10.77.7.2', '10.77.7.3'].map((a) => `ring0_addr: ${a}`),
    );
    expect(text).toContain('cluster_name: trio');
  });

  it('has two_node for a plain cluster of two only (votequorum(5))', () => {
    expect(conf('duo:2')).toContain('two_node: 1');
    expect(conf('trio:3')).not.toContain('two_node');
    expect(conf('duo:2:pve')).not.toContain('two_node');
  });

  it('closes every section it opens', () => {
    const text = conf('quad:4');
    expect(text.match(/\{/g)?.length).toBe(text.match(/\}/g)?.length);
  });
});

describe('the configuration with a device', () => {
  const device = { host: '10.77.0.2', nodes: 2 };

  it('has no two_node and the next version', () => {
    const text = withDevice(conf('duo:2'), device);
    expect(text).not.toContain('two_node');
    expect(text).toContain('config_version: 3\n');
  });

  it('uses ffsplit with one vote where the nodes are even, lms where they are odd (corosync-qdevice(8))', () => {
    expect(withDevice(conf('quad:4'), { ...device, nodes: 4 })).toMatch(/algorithm: ffsplit\n[^}]*}\n {4}votes: 1\n/);
    const odd = withDevice(conf('trio:3'), { ...device, nodes: 3 });
    expect(odd).toContain('algorithm: lms');
    expect(odd).not.toContain(' votes:');
  });

  it('keeps everything else as it was', () => {
    const before = conf('quad:4');
    const after = withDevice(before, { ...device, nodes: 4 });
    const kept = after.replace(/ {2}device \{[\s\S]*?\n {2}\}\n/, '').replace('config_version: 5', 'config_version: 4');
    expect(kept).toBe(before);
  });
});
