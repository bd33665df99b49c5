import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onlyAllowedDifference } from '../../../../src/core/corosync/conf/difference.ts';
import { addDevice, withConfigVersion } from '../../../../src/core/corosync/conf/edit.ts';
import { parse } from '../../../../src/core/corosync/conf/parse.ts';
import { clusterText, ffsplit, lms } from './clusters.ts';
import { clusterFile } from './generated-files.ts';
import { parsed, realFile, valueOf } from './real-files.ts';

const differs = (before: string, after: string) =>
  onlyAllowedDifference(parsed(before), parsed(after)).map(({ code, params }) => [code, params['line']]);

describe('the only allowed difference (invariant 13)', () => {
  it('is the device, two_node and config_version', () => {
    const before = parsed(clusterText({ quorum: ['two_node: 1', '# note'] }));
    const { conf } = valueOf(addDevice(before, ffsplit()));
    expect(onlyAllowedDifference(before, valueOf(withConfigVersion(conf, 4)))).toEqual([]);
    expect(onlyAllowedDifference(conf, before)).toEqual([]);
  });

  it('may be another device', () => {
    const before = parsed(clusterText());
    const [one, other] = [ffsplit(), lms(5404)].map((device) => valueOf(addDevice(before, device)).conf);
    expect(one && other && onlyAllowedDifference(one, other)).toEqual([]);
  });

  it('may be none at all', () => {
    expect(differs(realFile('pve-3-nodes.conf'), realFile('pve-3-nodes.conf'))).toEqual([]);
  });

  it.each([
    ['a comment', '# note', '# Note'],
    ['a blank line', '  two_node', '\n  two_node'],
    ['white space at a line end', '# note', '# note '],
    ['the provider', 'provider: corosync_votequorum', 'provider: x'],
    ['another flag', '  two_node: 1', '  wait_for_all: 1'],
    ['a node id', 'nodeid: 2', 'nodeid: 3'],
    ['the cluster name', 'c1', 'C1'],
    ['the white space around config_version', 'config_version: 3', 'config_version:  3'],
    ['a second config_version', '  config_version: 3', '  config_version: 3\n  config_version: 4'],
    ['line ends', 'totem {\n', 'totem {\r\n'],
  ])('is not %s', (_what, from, to) => {
    const before = clusterText({ quorum: ['# note', 'two_node: 1'] });
    expect(before).toContain(from);
    expect(differs(before, before.replace(from, to))).toHaveLength(1);
    expect(differs(before.replace(from, to), before)).toHaveLength(1);
  });

  it('is not a device or two_node in a place where corosync would read something else', () => {
    const before = clusterText();
    expect(differs(before, before.replace('nodelist {', 'nodelist {\n  device {\n  }'))).toHaveLength(1);
    expect(differs(before, before.replace('totem {', 'totem {\n  two_node: 1'))).toHaveLength(1);
    expect(differs(before, `${before}two_node: 1\n`)).toHaveLength(1);
  });

  it('names the first line that differs and quotes none of it', () => {
    const before = clusterText().replace('  cluster_name: c1', '  cluster_name: c1\n  key: topsecret');
    const findings = onlyAllowedDifference(parsed(before), parsed(before.replace('topsecret', 'other')));
    expect(findings).toMatchObject([{ code: 'forbidden_difference', severity: 'error', params: { line: 3 } }]);
    expect(JSON.stringify(findings)).not.toMatch(/topsecret|other"/);
  });

  it('misses no byte: any change outside the three is found', () => {
    const withDevice = fc.constantFrom('', ...'abcxyz#: \t\u00e9');
    fc.assert(
      fc.property(clusterFile, fc.nat(), withDevice, (text, position, inserted) => {
        const at = position % text.length;
        const damaged = text.slice(0, at) + inserted + text.slice(at + 1);
        const [before, after] = [parse(text), parse(damaged)];
        if (damaged === text || !before.ok || !after.ok) return;
        const lineStart = text.lastIndexOf('\n', at - 1) + 1;
        const touched = text.slice(lineStart, text.indexOf('\n', at) + 1 || undefined);
        fc.pre(!/two_node|config_version/.test(touched) && text[at] !== '\n');
        expect(onlyAllowedDifference(before.value, after.value)).toHaveLength(1);
      }),
      { numRuns: 1000 },
    );
  });
});
