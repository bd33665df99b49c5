import { describe, expect, it } from 'vitest';
import type { ToolOutput } from '../../../src/core/corosync/tools/tool.ts';
import { nodeFacts } from '../../../src/core/facts/node-facts.ts';
import { readSections } from '../../../src/core/facts/sections.ts';
import { NONCE, report, told } from './frames.ts';
import { ASKED_AT, recorded } from './recorded.ts';

const factsOf = (sections: Readonly<Record<string, ToolOutput>>) =>
  nodeFacts(readSections(report(sections), NONCE), ASKED_AT, 'node 1');

describe('the facts of a plain node', () => {
  const facts = nodeFacts(recorded('plain-node.txt'), ASKED_AT, 'duo-1');

  it('hold its configuration, every byte of it, and the version that corosync runs', () => {
    expect(atob(facts.config ?? '')).toContain('  two_node: 1\n');
    expect(facts.runningVersion).toBe('2');
  });

  it('hold its view of the quorum, and that no device runs', () => {
    expect(facts.quorum).toMatchObject({ kind: 'known', value: { quorate: true, totalVotes: 2, device: null } });
    expect(facts.device).toMatchObject({ kind: 'down', finding: { subject: 'duo-1' } });
  });

  it('hold no master copy and no file that is in the way', () => {
    expect(facts.pve).toBeNull();
    expect(facts.files).toEqual([]);
  });
});

describe('the facts of a node of Proxmox VE', () => {
  it('hold the master copy, equal to the local file, and that it can be written', () => {
    const facts = nodeFacts(recorded('pve-node.txt'), ASKED_AT, 'pve-2');
    expect(facts.pve).toEqual({ config: facts.config, writable: true });
    expect(facts.config).not.toBeNull();
  });

  it('say that it cannot be written where the node told so, or the look ended before', () => {
    const pveConfig = told('YQ==');
    expect(factsOf({ pveConfig, pveWritable: { exitCode: 1, stdout: '', stderr: '' } }).pve?.writable).toBe(false);
    expect(factsOf({ pveConfig }).pve?.writable).toBe(false);
  });
});

describe('the facts of a node whose corosync is stopped', () => {
  const facts = nodeFacts(recorded('stopped-node.txt'), ASKED_AT, 'duo-2');

  it('say that it is down, and know its file but no running version', () => {
    expect(facts.quorum).toMatchObject({ kind: 'down', finding: { subject: 'duo-2' } });
    expect(facts.runningVersion).toBeNull();
    expect(facts.config).not.toBeNull();
    expect(facts.units.get('corosync.service')?.active).toBe('inactive');
  });
});

describe('the facts of a node', () => {
  it('are unknown, and never good, when nothing was answered (invariant 21)', () => {
    const facts = factsOf({});
    expect(facts).toMatchObject({ config: null, runningVersion: null, pve: null });
    expect(facts.quorum.kind).toBe('unknown');
    expect(facts.device.kind).toBe('unknown');
  });

  it.each([
    ['totem.config_version (u64) = 18446744073709551615', '18446744073709551615'],
    ['totem.config_version (str) = 7', '7'],
    ['totem.config_version (u64) = ', null],
    ['totem.config_version (u64) = 7\nmore', null],
    ['nodelist.local_node_pos (u32) = 0', null],
  ])('read the running version from %j', (text, version) => {
    expect(factsOf({ runningVersion: told(text) }).runningVersion).toBe(version);
  });

  it('name each file that is in the way', () => {
    const files = '/etc/corosync/corosync.conf.new\n/etc/corosync/qdevice/net/nssdb\n';
    expect(factsOf({ files: told(files) }).files).toEqual(files.trim().split('\n'));
  });
});
