import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onlyAllowedDifference } from '../../../../src/core/corosync/conf/difference.ts';
import { addDevice, removeDevice, withConfigVersion, type SetAside } from '../../../../src/core/corosync/conf/edit.ts';
import { print } from '../../../../src/core/corosync/conf/print.ts';
import { readConf } from '../../../../src/core/corosync/conf/read.ts';
import { clusterText, ffsplit, lms } from './clusters.ts';
import { clusterFile } from './generated-files.ts';
import { parsed, realFile, valueOf } from './real-files.ts';

const add = (text: string, device = ffsplit()) => valueOf(addDevice(parsed(text), device));
const refusal = (result: { ok: boolean; findings: readonly { code: string }[] }) =>
  result.ok ? null : result.findings.map(({ code }) => code);
/** What the journal makes of it between two runs of the service. */
const stored = (setAside: SetAside): SetAside => JSON.parse(JSON.stringify(setAside));

describe('adding a device', () => {
  it('puts it at the end of the quorum section, as Proxmox VE would lay it out', () => {
    const before = realFile('pve-2-nodes.conf');
    const device = [
      '  provider: corosync_votequorum',
      '  device {',
      '    model: net',
      '    net {',
      '      algorithm: ffsplit',
      '      host: 192.0.2.250',
      '      tls: required',
      '    }',
      '    votes: 1',
      '  }',
    ].join('\n');
    expect(print(add(before).conf)).toBe(before.replace('  provider: corosync_votequorum', device));
  });

  it('keeps to the four blanks of pcs, and takes two_node out', () => {
    const { conf, setAside } = add(realFile('pcs-2-nodes.conf'));
    expect(print(conf)).toContain(
      '    provider: corosync_votequorum\n    device {\n        model: net\n        net {\n            algorithm',
    );
    expect(print(conf)).not.toContain('two_node');
    expect(setAside).toEqual({ nodeCount: 2, lines: [{ section: 0, index: 1, raw: '    two_node: 1\n' }] });
  });

  it('keeps to tabs and CRLF', () => {
    const text = clusterText().replaceAll('  ', '\t').replaceAll('\n', '\r\n');
    expect(print(add(text).conf)).toContain(
      '\r\n\tdevice {\r\n\t\tmodel: net\r\n\t\tnet {\r\n\t\t\talgorithm: ffsplit\r\n',
    );
  });

  it('is read back as the device that was asked for, with nothing else changed', () => {
    fc.assert(
      fc.property(clusterFile, fc.constantFrom(ffsplit(), lms(), ffsplit(5404)), (text, device) => {
        const before = parsed(text);
        const after = parsed(print(add(text, device).conf));
        const { host, port, tls, algorithm } = device;
        const { quorum, ...rest } = valueOf(readConf(after));
        const { quorum: quorumBefore, ...restBefore } = valueOf(readConf(before));
        expect(quorum.device).toMatchObject({ votes: device.votes, net: { host, port, tls, algorithm } });
        expect(rest).toEqual(restBefore);
        expect({ ...quorum, device: null }).toEqual({ ...quorumBefore, twoNode: false });
        expect(onlyAllowedDifference(before, after)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused where a device is already, whoever wrote it', () => {
    const once = add(clusterText()).conf;
    expect(refusal(addDevice(once, ffsplit()))).toEqual(['device_already_there']);
    expect(refusal(addDevice(once, lms()))).toEqual(['device_already_there']);
    expect(refusal(addDevice(parsed(realFile('pve-2-nodes-with-device.conf')), ffsplit()))).toEqual([
      'device_already_there',
    ]);
  });

  it('is refused with every obstacle, ffsplit with an odd number of nodes among them (invariant 13)', () => {
    const text = clusterText({ nodes: 3, quorum: ['auto_tie_breaker: 1'] });
    expect(refusal(addDevice(parsed(text), ffsplit()))).toEqual([
      'auto_tie_breaker_set',
      'ffsplit_with_odd_node_count',
    ]);
    expect(refusal(addDevice(parsed(clusterText({ nodes: 3 })), lms()))).toBeNull();
  });

  it('leaves a two_node alone that corosync does not see, and a comment that speaks of one', () => {
    const text = clusterText({ quorum: ['# two_node: 1'], end: 'quorum.two_node: 1\n' });
    const { conf, setAside } = add(text);
    expect(setAside.lines).toEqual([]);
    expect(print(conf)).toContain('# two_node: 1\n');
    expect(print(conf)).toContain('\nquorum.two_node: 1\n');
    expect(print(valueOf(removeDevice(conf, setAside)))).toBe(text);
  });

  it('leaves the tree it was given as it was', () => {
    const before = parsed(realFile('pcs-2-nodes.conf'));
    const copy = structuredClone(before);
    valueOf(addDevice(before, ffsplit()));
    expect(before).toEqual(copy);
  });
});

describe('removing a device', () => {
  it('gives back the file byte for byte after adding one, through a journal and a file (invariant 9)', () => {
    fc.assert(
      fc.property(clusterFile, fc.constantFrom(ffsplit(), lms(5404)), (text, device) => {
        const { conf, setAside } = add(text, device);
        const after = valueOf(removeDevice(parsed(print(conf)), stored(setAside)));
        expect(print(after)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['pve-2-nodes.conf', 'pcs-2-nodes.conf', 'multi-link-4-nodes.conf'])(
    'gives back %s byte for byte, but for config_version (invariant 9)',
    (name) => {
      const text = realFile(name);
      const { conf, setAside } = add(text);
      const onboarded = valueOf(withConfigVersion(conf, 1_000));
      const undone = valueOf(withConfigVersion(valueOf(removeDevice(onboarded, setAside)), 1_001));
      expect(print(undone).replace('config_version: 1001', /config_version: \d+/.exec(text)?.[0] ?? '')).toBe(text);
    },
  );

  it('is repeatable: adding and removing again changes nothing more (invariant 9)', () => {
    const first = add(clusterText({ quorum: ['# why', 'two_node: 1'] }));
    const undone = valueOf(removeDevice(first.conf, first.setAside));
    const second = valueOf(addDevice(undone, ffsplit()));
    expect(second).toEqual(first);
  });

  it('puts several two_node lines back where each of them stood', () => {
    const end = 'quorum {\n\ttwo_node:1 \n\t# last\n\ttwo_node: 0\n}';
    const text = clusterText({ quorum: ['two_node: 1', '# between', 'two_node : 1'], end });
    const { conf, setAside } = add(text);
    expect(setAside.lines.map(({ section, index }) => [section, index])).toEqual([
      [0, 1],
      [0, 3],
      [1, 0],
      [1, 2],
    ]);
    expect(print(valueOf(removeDevice(conf, setAside)))).toBe(text);
  });

  it('takes out a device that others added, and does not invent a two_node', () => {
    const after = valueOf(removeDevice(parsed(realFile('pve-2-nodes-with-device.conf'))));
    const expected = realFile('pve-2-nodes.conf').replace('config_version: 4', 'config_version: 5');
    expect(print(after)).toBe(expected);
  });

  it('takes out a device wherever it is written', () => {
    const text = clusterText({ end: 'quorum.device {\nmodel: net\n}\nquorum.device.net {\nhost: a\n}\n# end\n' });
    expect(print(valueOf(removeDevice(parsed(text))))).toBe(clusterText({ end: '# end\n' }));
  });

  it('is refused where there is none', () => {
    expect(refusal(removeDevice(parsed(clusterText())))).toEqual(['device_not_there']);
  });

  it('finds a place for two_node in a section that somebody has shortened meanwhile', () => {
    const { conf, setAside } = add(clusterText({ quorum: ['# a', '# b', 'two_node: 1'] }));
    const shortened = parsed(print(conf).replace('  # a\n  # b\n', ''));
    expect(print(valueOf(removeDevice(shortened, setAside)))).toBe(clusterText({ quorum: ['two_node: 1'] }));
  });

  it('does not put two_node back into a cluster that has grown, and says so', () => {
    const { conf, setAside } = add(clusterText({ quorum: ['two_node: 1'] }));
    const grown = parsed(
      print(conf).replace('nodelist {\n', 'nodelist {\n  node {\n    nodeid: 9\n    ring0_addr: x\n  }\n'),
    );
    const result = removeDevice(grown, setAside);
    expect(print(valueOf(result))).not.toContain('two_node');
    expect(result.findings).toMatchObject([
      { code: 'two_node_left_out', severity: 'warning', params: { before: 2, now: 3 } },
    ]);
  });

  it('does not put two_node beside another that is back already', () => {
    const { conf, setAside } = add(clusterText({ quorum: ['two_node: 1'] }));
    const back = parsed(print(conf).replace('  device {', '  two_node: 1\n  device {'));
    const result = removeDevice(back, setAside);
    expect(print(valueOf(result)).match(/two_node/g)).toHaveLength(1);
    expect(result.findings.map(({ code }) => code)).toEqual(['two_node_already_back']);
  });

  it.each(['two_node: 1', 'provider: x\n', '  two_node: 1\n}\n', 'token: 1\n', '}\n'])(
    'refuses %j as a line that was set aside',
    (raw) => {
      const { conf } = add(clusterText());
      const result = removeDevice(conf, { nodeCount: 2, lines: [{ section: 0, index: 0, raw }] });
      expect(refusal(result)).toEqual(['set_aside_not_usable']);
    },
  );
});

describe('a new config_version', () => {
  const bumped = (text: string, version: number) => withConfigVersion(parsed(text), version);

  it('replaces the number and nothing else of its line', () => {
    const line = '\tconfig_version  :\t7 \t\r\n';
    const text = `totem {\n${line}}\n`;
    expect(print(valueOf(bumped(text, 8)))).toBe(text.replace('7', '8'));
  });

  it('replaces the one in force, which is the last', () => {
    const text = 'totem {\nconfig_version: 1\n}\ntotem {\nconfig_version: 5\n}\ntotem.config_version: 9\n';
    expect(print(valueOf(bumped(text, 10)))).toBe(text.replace('5', '10'));
  });

  it('is never written into a key that only looks like it', () => {
    const text = 'totem {\nconfig_version: 3\n# config_version: 3\nmy_config_version: 3\n}\n';
    expect(print(valueOf(bumped(text, 4)))).toBe(text.replace('config_version: 3', 'config_version: 4'));
  });

  it('must be higher, or pmxcfs would keep the old file', () => {
    const text = clusterText({ version: '5' });
    for (const version of [5, 4, 0, -1, 6.5, Number.NaN, 2 ** 53]) {
      expect(refusal(bumped(text, version))).toEqual(['config_version_not_higher']);
    }
    expect(refusal(bumped('totem {\n}\n', 1))).toEqual(['config_version_missing']);
  });

  it('is read back, whatever stood there, and is no forbidden difference', () => {
    fc.assert(
      fc.property(clusterFile, fc.integer({ min: 1_000_001, max: Number.MAX_SAFE_INTEGER }), (text, version) => {
        const after = parsed(print(valueOf(bumped(text, version))));
        expect(valueOf(readConf(after)).configVersion).toBe(version);
        expect(onlyAllowedDifference(parsed(text), after)).toEqual([]);
      }),
    );
  });
});
