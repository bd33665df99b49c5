import { fault, lasting, type Fault } from './fault.ts';

/** Longer than a lease lasts (15 s, src/jobs/leases.ts). */
const BEYOND_THE_LEASE_MS = 17_000;

/** What may happen to the service's own process and to its work. */
export const SERVICE_FAULTS: readonly Fault[] = [
  fault({
    name: 'kill-9',
    ways: ['do', 'undo'],
    stop: 'die',
    strike: async ({ service }) => {
      await service.process.died();
      await service.process.restart();
    },
  }),
  lasting({
    name: 'paused-beyond-lease',
    forMs: BEYOND_THE_LEASE_MS,
    begin: ({ service }) => service.process.signal('SIGSTOP'),
    end: ({ service }) => service.process.signal('SIGCONT'),
  }),
  fault({
    name: 'sigterm',
    strike: async ({ service, goOn }) => {
      service.process.signal('SIGTERM');
      goOn();
      await service.process.died();
      await service.process.restart();
    },
  }),
  fault({
    name: 'delivered-twice',
    strike: async ({ service, jobId, goOn }) => {
      await service.order({ kind: 'deliver-twice', jobId });
      goOn();
    },
  }),
  fault({
    name: 'run-twice',
    ways: ['do', 'undo'],
    moments: ['effected'],
    stop: 'none',
    prepare: (service, { step, way }) => service.order({ kind: 'run-twice', step, way }),
    strike: () => Promise.resolve(),
  }),
];
