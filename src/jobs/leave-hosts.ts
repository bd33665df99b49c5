import type { HostSession } from '../hosts/host-session.ts';
import { SCRIPTS } from '../hosts/scripts.ts';
import type { JobStep } from './job.entity.ts';

/** A host that does not answer by then is left to forget us by itself, after two minutes. */
const LEAVE_MS = 5_000;

/**
 * Tells every host that a job may have changed that it is over, so that another installation may follow at once. Best
 * effort: whatever fails here, the job ends as it is.
 */
export const leaveHosts = async (
  steps: readonly JobStep[],
  session: (hostId: string) => HostSession,
): Promise<void> => {
  const touched = new Set(
    steps.flatMap(({ hostId, state }) => (hostId !== null && state !== 'pending' ? [hostId] : [])),
  );
  await Promise.allSettled(
    [...touched].map((hostId) => session(hostId).change(SCRIPTS.leave, { timeoutMs: LEAVE_MS })),
  );
};
