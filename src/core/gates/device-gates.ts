import { error } from '../finding.ts';
import { signOf } from '../facts/signs.ts';
import type { NodeGate } from './node-gates.ts';

/** What must be true of the device on each node where the cluster has one, before the cluster is changed. */
export const DEVICE_GATES: readonly NodeGate[] = [
  {
    because: 'where the device’s vote is missing already, one failure more may cost the quorum',
    check: ({ address, facts }) =>
      facts.units.get('corosync-qdevice.service')?.active === 'active' && facts.device.kind !== 'down'
        ? null
        : error(
            'qdevice_down',
            address,
            `corosync-qdevice does not run on ${address}. See its journal, and start it: systemctl start corosync-qdevice.`,
          ),
  },
  {
    because: 'a device that hangs casts no vote, and waits for nobody’s word',
    check: ({ address, facts }) =>
      signOf(facts.signs, 'hung', 'qdevice')
        ? error(
            'qdevice_hung',
            address,
            `corosync-qdevice on ${address} runs but does not answer. See its journal, and restart it while all nodes are online.`,
          )
        : null,
  },
];
