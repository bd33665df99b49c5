import { fault, type Fault } from './fault.ts';
import { HOST_FAULTS } from './host-faults.ts';
import { NETWORK_FAULTS } from './network-faults.ts';
import { PEOPLE_FAULTS } from './people-faults.ts';
import { SERVICE_FAULTS } from './service-faults.ts';
import { STORE_FAULTS } from './store-faults.ts';

/** Everything that the world does to a job; a fault that is added here gets its column and its cells. */
export const FAULTS: readonly Fault[] = [
  ...SERVICE_FAULTS,
  ...NETWORK_FAULTS,
  ...HOST_FAULTS,
  ...STORE_FAULTS,
  ...PEOPLE_FAULTS,
];

/** What operations are most of the time. */
export const NO_FAULT = fault({ name: 'none', moments: ['effected'], stop: 'none', strike: () => Promise.resolve() });

/** @throws Error where there is none of this name */
export const faultNamed = (name: string): Fault => {
  const found = [...FAULTS, NO_FAULT].find((known) => known.name === name);
  if (!found) throw new Error(`there is no fault "${name}"; there are ${FAULTS.map((known) => known.name).join(', ')}`);
  return found;
};
