import { HostRefusal, type HostSession } from '../hosts/host-session.ts';
import { SCRIPTS } from '../hosts/scripts.ts';
import { SshFailure } from '../platform/ssh/ssh-failure.ts';
import type { OpenSessions } from './job-sessions.ts';
import type { Journal } from './journal.ts';

/** A script of the runner before may hold the host's lock for a while; `change.sh` waits 20 s for it. */
const RAISE_MS = 25_000;

/**
 * Begins the work of a runner that takes a job over: before anything else, each host that the job works on is shown the
 * new fencing number, so that the runner before, should it only have been paused, is refused on all of them at once. A
 * host that is away is no obstacle: it learns the number with the first change that reaches it.
 * @throws LeaseLost, ServiceFrozen
 */
export const takeOver = async (journal: Journal, { of, permit }: OpenSessions): Promise<void> => {
  await permit.demand();
  // Before its first step the runner before had nothing in hand, and the journal lets it begin none any more.
  if (journal.steps.every(({ attempts }) => attempts === 0)) return;
  const hostIds = new Set(journal.steps.flatMap(({ hostId }) => (hostId === null ? [] : [hostId])));
  if (hostIds.size === 0) return;
  await journal.recordTakeOver();
  await Promise.all([...hostIds].map((hostId) => raiseFence(of(hostId))));
};

const raiseFence = async (session: HostSession): Promise<void> => {
  try {
    await session.change(SCRIPTS.raiseFence, { timeoutMs: RAISE_MS });
  } catch (thrown) {
    if (!(thrown instanceof SshFailure || thrown instanceof HostRefusal)) throw thrown;
  }
};
