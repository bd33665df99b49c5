import { lasting, type Fault } from './fault.ts';

/** Between the service and the host; the cluster itself notices nothing. */
export const NETWORK_FAULTS: readonly Fault[] = [
  lasting({
    name: 'network-cut',
    forMs: 3_000,
    begin: ({ lab, host }) => lab.partition(['controller'], [host.name]),
    end: ({ lab, host }) => lab.rejoin(['controller'], [host.name]),
  }),
  // Longer than any look waits (15 s); a change waits 45 s.
  lasting({
    name: 'black-hole',
    forMs: 20_000,
    begin: ({ lab, host }) => lab.partition(['controller'], [host.name]),
    end: ({ lab, host }) => lab.rejoin(['controller'], [host.name]),
  }),
  lasting({
    name: 'reset',
    forMs: 3_000,
    begin: ({ lab, host }) => lab.refuse(host.name, 22),
    end: ({ lab, host }) => lab.heal([host.name]),
  }),
];
