import { describe, expect, it } from 'vitest';
import { DEVICE_GATES } from '../../../src/core/gates/device-gates.ts';
import { gateFindings } from '../../../src/core/gates/gates.ts';
import { error } from '../../../src/core/finding.ts';
import { world } from '../quorum/worlds.ts';
import { healthy, ofCluster, onNode, onNodes, type Break } from '../onboarding/situations.ts';

const unit = (active: string) => ({ active, enabled: 'enabled' });

/** An onboarded cluster whose device runs on every node. */
const onboarded = () => {
  const view = world({ nodeCount: 2 }).nodes[0];
  if (!view || !('device' in view)) throw new Error('no device in this world');
  const { device } = view;
  const units = new Map(['corosync.service', 'corosync-qdevice.service'].map((name) => [name, unit('active')]));
  return onNodes({ device, units })(ofCluster({ onboarded: true })(healthy()));
};
const codes = (breaks: Break, demanded?: boolean) =>
  gateFindings(breaks(onboarded()), undefined, demanded).map(({ code, subject }) => `${code} ${subject}`);

const stopped = onNode(2, {
  units: new Map([
    ['corosync.service', unit('active')],
    ['corosync-qdevice.service', unit('failed')],
  ]),
});
const silent = onNode(2, { device: { kind: 'down', finding: error('qdevice_down', '', 'It is down.') } });
const hung = onNode(2, {
  device: { kind: 'unknown', finding: error('qdevice_unreadable', '', 'exit code 137') },
  signs: [{ kind: 'hung', detail: 'qdevice' }],
});

describe('a cluster that has its device is not changed (invariant 3)', () => {
  it.each([
    ['where the unit of the device does not run', stopped, 'qdevice_down'],
    ['where the device runs and its socket is not there', silent, 'qdevice_down'],
    ['where the device hangs', hung, 'qdevice_hung'],
  ])('%s', (_, breaks, code) => {
    expect(codes(breaks)).toEqual([`${code} 10.77.1.2`]);
  });

  it('but where nothing is wrong', () => {
    expect(codes((situation) => situation)).toEqual([]);
  });
});

it('a change that takes the device away, or gives it, does not mind how the device is', () => {
  for (const breaks of [stopped, silent, hung]) expect(codes(breaks, false)).toEqual([]);
  expect(codes((situation) => ofCluster({ onboarded: false })(stopped(situation)))).toEqual([]);
});

it('every gate of a device says why it is there', () => {
  expect(DEVICE_GATES.filter(({ because }) => because.length < 20)).toEqual([]);
});
