import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { qdeviceTool } from '../../../../src/core/corosync/tools/qdevice-tool.ts';
import { quorumtool } from '../../../../src/core/corosync/tools/quorumtool.ts';
import { timeless } from '../../../../src/core/corosync/tools/timeless.ts';
import { addressOf, world } from '../../quorum/worlds.ts';
import { printQdeviceStatus } from './print-qdevice-tool.ts';
import { printQuorumStatus } from './print-quorumtool.ts';

const view = world({ nodeCount: 2 }).nodes.find(({ address }) => address === addressOf(1));
if (!view || !('quorum' in view) || view.quorum.kind !== 'known' || view.device.kind !== 'known')
  throw new Error('no node here');
const quorum = printQuorumStatus(view.quorum.value, {
  ...{ hexadecimalIds: false, decimalRingId: false, quorateIsExitCode1: false },
});
const device = printQdeviceStatus(view.device.value);

describe('an output without its moments', () => {
  it('is the same at any moment', () => {
    const later = quorum.replace(/^Date:.*$/m, 'Date:             Mon Jan  5 07:08:09 2026');
    expect(later).not.toBe(quorum);
    expect(quorumtool.parse({ exitCode: 0, stdout: later, stderr: '' }, 'n').kind).toBe('known');
    expect(timeless(later)).toBe(timeless(quorum));
    const polled = device.replaceAll(/^(Last poll call:\t\t|Echo reply received:\t)\S+/gm, '$12026-01-05T07:08:09');
    expect(polled).not.toBe(device);
    expect(qdeviceTool.parse({ exitCode: 0, stdout: polled, stderr: '' }, 'n').kind).toBe('known');
    expect(timeless(polled)).toBe(timeless(device));
  });

  it('keeps when the connection began, and whether the vote was cast', () => {
    const reconnected = device.replace(/^(Connected since:\t*)\S+/m, '$12026-01-05T07:08:09');
    expect(reconnected).not.toBe(device);
    expect(timeless(reconnected)).not.toBe(timeless(device));
    const silent = device.replace(/^(Last poll call:\t\t\S+) \(cast vote\)$/m, '$1');
    expect(silent).not.toBe(device);
    expect(timeless(silent)).not.toBe(timeless(device));
  });

  it('never hides what the parser would not read: alike without moments, known both or neither', () => {
    const line = quorum.indexOf('Date:');
    const lineEnd = quorum.indexOf('\n', line);
    const damages = fc.record({
      at: fc.integer({ min: line, max: lineEnd }),
      with: fc.string({ unit: fc.constantFrom('0', '9', ' ', 'J', 'x', '\n'), maxLength: 3 }),
      cut: fc.nat(3),
    });
    fc.assert(
      fc.property(damages, ({ at, with: text, cut }) => {
        const damaged = quorum.slice(0, at) + text + quorum.slice(at + cut);
        fc.pre(timeless(damaged) === timeless(quorum));
        expect(quorumtool.parse({ exitCode: 0, stdout: damaged, stderr: '' }, 'n')).toEqual(
          quorumtool.parse({ exitCode: 0, stdout: quorum, stderr: '' }, 'n'),
        );
      }),
      { numRuns: 500, maxSkipsPerRun: 1000 },
    );
  });
});
