import { describe, expect, it } from 'vitest';
import type { ToolOutput } from '../../../src/core/corosync/tools/tool.ts';
import { readSections } from '../../../src/core/facts/sections.ts';
import { signOf, signsOf } from '../../../src/core/facts/signs.ts';
import { NONCE, report, told } from './frames.ts';

const sections = (outputs: Readonly<Record<string, ToolOutput>>) => readSections(report(outputs), NONCE);
const killed: ToolOutput = { exitCode: 137, stdout: '', stderr: '' };

describe('the signs of a host', () => {
  it('are each a kind and what it says', () => {
    const text = 'read-only /etc/corosync\npackage-lock apt-get 12 /var/lib/dpkg/lock\n\n';
    expect(signsOf(sections({ signs: told(text) }))).toEqual([
      { kind: 'read-only', detail: '/etc/corosync' },
      { kind: 'package-lock', detail: 'apt-get 12 /var/lib/dpkg/lock' },
    ]);
  });

  it('are none where the host said so, and unknown where it did not (invariant 21)', () => {
    expect(signsOf(sections({ signs: told('\n') }))).toEqual([]);
    expect(signsOf(sections({}))).toBeNull();
    expect(signsOf(sections({ signs: { exitCode: 1, stdout: '', stderr: '' } }))).toBeNull();
  });

  it.each(['sunny', 'hung corosync', 'read-only', 'READ-ONLY /etc', 'read-only /etc\nsh: not found'])(
    'are unknown, all of them, when one line is none of ours: %j',
    (text) => {
      expect(signsOf(sections({ signs: told(`going-down /run/nologin\n${text}\n`) }))).toBeNull();
    },
  );

  it('name a daemon once whose tools had to be killed', () => {
    const outputs = { quorum: killed, version: killed, device: told(''), signs: told('') };
    const tools = { quorum: 'corosync', version: 'corosync', device: 'qdevice' };
    expect(signsOf(sections(outputs), tools)).toEqual([{ kind: 'hung', detail: 'corosync' }]);
  });

  it('are found by kind, and by what they say where that matters', () => {
    const signs = [{ kind: 'hung', detail: 'qdevice' } as const];
    expect(signOf(signs, 'hung')?.detail).toBe('qdevice');
    expect(signOf(signs, 'hung', 'corosync')).toBeNull();
    expect(signOf(null, 'hung')).toBeNull();
  });
});
