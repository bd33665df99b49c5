import type { Sections } from '../core/facts/sections.ts';
import type { Found } from '../core/gates/situation.ts';
import { instant, type Clock, type Instant } from '../core/time.ts';
import { HostRefusal, type HostSession } from '../hosts/host-session.ts';
import type { Script } from '../platform/ssh/script.ts';
import { SshFailure } from '../platform/ssh/ssh-failure.ts';

/**
 * One look at a host. A host that cannot be looked at is a finding, not an error.
 * @param read makes facts of what was printed; told the middle of the time that the look took, for comparing clocks
 */
export const lookAt = async <Facts>(
  session: HostSession,
  script: Script,
  clock: Clock,
  read: (sections: Sections, askedAt: Instant) => Facts,
): Promise<Found<Facts>> => {
  try {
    // The connection is opened first, so that its time does not count as the clocks' difference.
    await session.open();
    const before = clock.now();
    const sections = await session.look(script);
    return { facts: read(sections, instant(Math.round((before + clock.now()) / 2))) };
  } catch (thrown) {
    if (thrown instanceof SshFailure || thrown instanceof HostRefusal) return { unreachable: thrown.finding };
    throw thrown;
  }
};
