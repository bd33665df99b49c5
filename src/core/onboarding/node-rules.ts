import { error, type Finding } from '../finding.ts';
import type { SeenNode } from '../gates/situation.ts';

/** What must be true of each node before its cluster is given a device, beside the gates of every change. */
export interface NodeRule {
  readonly because: string;
  readonly check: (node: SeenNode) => Finding | null;
}

const LIVE_DATABASE = /^\/etc\/corosync\/qdevice\/net\/nssdb/;

export const NODE_RULES: readonly NodeRule[] = [
  {
    because: 'a device that somebody else set up is not ours to replace',
    check: ({ address, facts }) =>
      facts.device.kind === 'known' || facts.units.get('corosync-qdevice.service')?.active === 'active'
        ? error(
            'device_already_there',
            address,
            `corosync-qdevice already runs on ${address}. Remove that device first, with the tool that set it up.`,
          )
        : null,
  },
  {
    because: 'an NSS database that we did not make may belong to another arbiter',
    check: ({ address, facts }) => {
      const foreign = facts.files.find((path) => LIVE_DATABASE.test(path));
      return foreign
        ? error(
            'foreign_nss_database',
            address,
            `${foreign} on ${address} is none of ours. Move it away if no other arbiter needs it.`,
            { path: foreign },
          )
        : null;
    },
  },
];
