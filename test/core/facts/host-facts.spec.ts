import { describe, expect, it } from 'vitest';
import type { ToolOutput } from '../../../src/core/corosync/tools/tool.ts';
import { hostFacts } from '../../../src/core/facts/host-facts.ts';
import { readSections } from '../../../src/core/facts/sections.ts';
import { instant } from '../../../src/core/time.ts';
import { NONCE, report, told } from './frames.ts';
import { ASKED_AT, recorded } from './recorded.ts';

const factsOf = (sections: Readonly<Record<string, ToolOutput>>) =>
  hostFacts(readSections(report(sections), NONCE), instant(1_700_000_000_000));
const failed: ToolOutput = { exitCode: 1, stdout: '', stderr: 'no such thing' };

describe('the facts of a host, from what a real one printed', () => {
  const facts = hostFacts(recorded('plain-node.txt'), ASKED_AT);

  it('tell who logged in and which machine it is', () => {
    expect(facts.isRoot).toBe(true);
    expect(facts.machineId).toMatch(/^[0-9a-f]{32}$/);
    expect(facts.addresses).toEqual(['10.77.1.1']);
  });

  it('tell which packages are installed in which version, and leave out what dpkg does not know', () => {
    expect(Object.fromEntries(facts.packages)).toEqual({
      corosync: '3.1.7-1+deb12u2',
      'corosync-qdevice': '3.0.3-1',
      'libnss3-tools': '2:3.87.1-1+deb12u4',
    });
  });

  it('tell what systemd says of each unit', () => {
    expect(Object.fromEntries(facts.units)).toEqual({
      'corosync.service': { active: 'active', enabled: 'enabled' },
      'corosync-qdevice.service': { active: 'inactive', enabled: 'disabled' },
    });
  });

  it('tell the least free space, and a clock that is minutes from the given one', () => {
    expect(facts.freeKiB).toBeGreaterThan(1_000_000);
    expect(Math.abs(facts.clockOffsetMs ?? Infinity)).toBeLessThan(1_800_000);
  });
});

describe('the facts of a host', () => {
  it('are none of them guessed when nothing was answered', () => {
    expect(factsOf({})).toEqual({
      isRoot: false,
      clockOffsetMs: null,
      machineId: null,
      addresses: [],
      packages: new Map(),
      units: new Map(),
      freeKiB: null,
      signs: null,
    });
  });

  it.each([
    ['0', true],
    ['1000', false],
    ['', false],
    ['0 (root)', false],
  ])('know root by the user id alone: "%s"', (id, isRoot) => {
    expect(factsOf({ user: told(`${id}\n`) }).isRoot).toBe(isRoot);
  });

  it('do not know root by a command that failed', () => {
    expect(factsOf({ user: { ...failed, stdout: '0\n' } }).isRoot).toBe(false);
  });

  it.each([
    ['1700000045000', 45_000],
    ['1699999970000', -30_000],
    // A date(1) without %3N prints the letters.
    ['17000000453N', null],
    ['1700000045', null],
    ['', null],
  ])('compare clocks only when the host told milliseconds: "%s"', (clock, offset) => {
    expect(factsOf({ clock: told(`${clock}\n`) }).clockOffsetMs).toBe(offset);
  });

  it.each(['', 'uninitialized', 'A'.repeat(32), 'a'.repeat(31), `${'a'.repeat(32)}\nb`])(
    'take no machine id that is none (machine-id(5)): "%s"',
    (id) => {
      expect(factsOf({ machine: told(id) }).machineId).toBeNull();
    },
  );

  it('list every address of either family, in lower case, and no other number of the line', () => {
    const text = [
      '2: eth0    inet 192.0.2.7/24 brd 192.0.2.255 scope global dynamic eth0\\       valid_lft 1sec',
      '2: eth0    inet6 2001:DB8::7/64 scope global \\       valid_lft forever preferred_lft forever',
      '3: tun0    inet 10.8.0.2 peer 10.8.0.1/32 scope global tun0',
      'garbage',
    ].join('\n');
    expect(factsOf({ addresses: told(text) }).addresses).toEqual(['192.0.2.7', '2001:db8::7']);
  });

  it('count no package that is removed, half installed or only its configuration', () => {
    const packages = ['a installed 1.0', 'b config-files 2.0', 'c half-installed 3.0', 'd not-installed ', ''].join(
      '\n',
    );
    expect([...factsOf({ packages: told(packages) }).packages.keys()]).toEqual(['a']);
  });

  it('keep a unit that is not there with empty words', () => {
    const units = 'Id=corosync.service\nActiveState=inactive\nSubState=dead\nUnitFileState=\n';
    expect(factsOf({ units: told(units) }).units.get('corosync.service')).toEqual({ active: 'inactive', enabled: '' });
  });

  it('take the file system with the least space', () => {
    const space = [
      'Filesystem 1024-blocks Used Available Capacity Mounted on',
      '/dev/sda1 1000 100 900 10% /',
      '/dev/sda2 1000 100 80 92% /var/lib',
    ].join('\n');
    expect(factsOf({ space: told(space) }).freeKiB).toBe(80);
  });

  it.each(['1e9', '0x7fffffff', '-5', '١٢', '12.5', '9'.repeat(16)])('take no %j for a number of KiB', (free) => {
    expect(factsOf({ space: told(`Filesystem\n/dev/sda1 1000 100 ${free} 10% /\n`) }).freeKiB).toBeNull();
    expect(factsOf({ space: told(`Filesystem\n/dev/a 9 1 ${free} 1% /\n/dev/b 9 1 80 1% /b\n`) }).freeKiB).toBe(80);
  });

  it.each(['', 'Filesystem 1024-blocks Used Available\n', 'Filesystem\n/dev/sda1 - - - - /\n'])(
    'do not know the space where df told no number: %j',
    (space) => {
      expect(factsOf({ space: told(space) }).freeKiB).toBeNull();
    },
  );
});
