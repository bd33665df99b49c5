import { describe, expect, it } from 'vitest';
import { addDevice } from '../../../../src/core/corosync/conf/edit.ts';
import { pveObstacles } from '../../../../src/core/corosync/conf/pve.ts';
import { clusterText, ffsplit } from './clusters.ts';
import { parsed, realFile, valueOf } from './real-files.ts';

const found = (text: string) => pveObstacles(parsed(text)).map(({ code, params }) => [code, params['line']]);

describe("what Proxmox VE's own parser cannot read", () => {
  it.each(['pve-2-nodes.conf', 'pve-3-nodes.conf', 'pve-2-nodes-with-device.conf'])('is nothing in %s', (name) => {
    expect(found(realFile(name))).toEqual([]);
  });

  it('is nothing that we write', () => {
    for (const port of [5403, 5404]) {
      const { conf } = valueOf(addDevice(parsed(realFile('pve-2-nodes.conf')), ffsplit(port)));
      expect(pveObstacles(conf)).toEqual([]);
    }
  });

  it('is nothing in comments, blank lines, tabs and repeated interfaces', () => {
    expect(found('# a { b: c d\n\n\ttotem\t{\n\t\ttoken:\t 1 \n\tinterface {\n}\ninterface {\n}\n}\n')).toEqual([]);
  });

  it.each([
    ['a value of two words', 'exec_ping: /bin/ping -c1 a'],
    ['no value, for which it takes the next word', 'name:'],
    ['a colon without a blank', 'name:a'],
    ['a blank before the colon', 'name : a'],
    ['a hash, from which it reads no further', 'name: a#b'],
    ['a hash alone', 'name: #'],
  ])('is %s', (_what, line) => {
    expect(found(`totem {\n${line}\n}\n`)).toEqual([['pve_value_not_one_word', 2]]);
  });

  it.each(['totem{\n}\n', 'totem: {\n}\n', 'my totem {\n}\n', 'a#b {\n}\n'])('is the section %j', (text) => {
    expect(found(text)).toEqual([['pve_brace_not_apart', 1]]);
  });

  it('is a section that comes twice', () => {
    expect(found(clusterText({ end: '# more\nquorum {\n}\n' }))).toEqual([['pve_section_repeated', 19]]);
  });
});
